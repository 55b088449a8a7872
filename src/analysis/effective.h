/* Everything a client may do at one broker, as sets: all topics, and all filters of subscriptions, at once.
 *
 * The law, held by tests/unit/test_effective.c on random policies of every release: a word is in the
 * set of an access exactly when cx_broker_ask allows it.
 */
#ifndef CX_EFFECTIVE_H
#define CX_EFFECTIVE_H

#include "broker/broker.h"
#include "topic/set.h"

/* A client id that no rule and no topic of the files names is a level of its own in a set: these bytes, which
 * no topic can have. It stands for the id of the client that is asked about. */
#define CX_FREE_ID \
    "\xFF"         \
    "id"

typedef struct cx_effective cx_effective;

/* Of one broker, in SPACE; both outlive it. */
cx_effective *cx_effective_new(cx_sets *space, const cx_broker *broker);
void cx_effective_free(cx_effective *e);

/* A list of a policy is not what it was: what is remembered of it is forgotten. The policy need not be one of the broker's:
 * what was compared with it is forgotten then. */
void cx_effective_forget(cx_effective *e, const cx_policy *p, const cx_list *list);

/* What a client is allowed. Topics it is not are denied, but for those in *UNKNOWN (NULL: not asked for), where a
 * plug-in decides that culex cannot ask. The topics are as the client writes them, without the mount point. */
cx_set cx_effective_set(cx_effective *e, const cx_client *client, cx_access access, cx_set *unknown);

/* What is denied before any rule, as the broker sees topics. */
cx_set cx_broker_gate(cx_sets *s, cx_access access);

/* Of topics that may be read, those that some allowed subscription brings. */
cx_set cx_effective_reach(cx_effective *e, const cx_client *client, cx_set *unknown);

/* Do two brokers ask the same rules of a client, in the same order? Then they say the same, and nothing need be
 * compared. False proves nothing. */
bool cx_effective_same_rules(cx_effective *a, cx_effective *b, const cx_client *client);

#endif
