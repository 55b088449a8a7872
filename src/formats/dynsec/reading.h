/* A dynamic-security.json while it is read, and what is said about it. Used by the reader
 * only. A finding points to a value of the tree; where that stands is looked up for all
 * findings at once when the reading is done. */
#ifndef CX_DYNSEC_READING_H
#define CX_DYNSEC_READING_H

#include "base/map.h"
#include "formats/dynsec/shape.h"
#include "topic/topic.h"

struct cx_dynsec_pending {
    const cJSON *item;
    size_t finding;
    bool key; /* the member's name, not its value */
};

typedef struct cx_dynsec_reading {
    cx_dynsec *d;
    cx_targets targets; /* the asked releases that have the plug-in */
    CX_VEC(struct cx_dynsec_pending) pending;
    uint32_t list;               /* the number of the list of references at hand, from 1 */
    CX_VEC(uint32_t) in_list[2]; /* the last list each role name, each client name stood in */
    struct cx_dynsec_many {
        const cJSON *first; /* what the finding points to */
        cx_str user;
        size_t count;
    } without_password, encoded_only, long_salt; /* clients that one finding names together */
} cx_dynsec_reading;

/* A finding about a value, or the name it has. What follows MESSAGE is as for printf. */
cx_finding *cx_dynsec_find(cx_dynsec_reading *r, unsigned rule, const cJSON *item, cx_targets targets,
                           const char *message, ...) __attribute__((format(printf, 5, 6)));
cx_finding *cx_dynsec_find_key(cx_dynsec_reading *r, unsigned rule, const cJSON *item, cx_targets targets,
                               const char *message, ...) __attribute__((format(printf, 5, 6)));
/* Gives the findings their places. */
void cx_dynsec_place_findings(cx_dynsec_reading *r);

/* The text is not JSON; AT: where the plug-in's reader stopped, CUT: the text ends at a NUL byte. */
void cx_dynsec_not_json(cx_dynsec_reading *r, cx_str text, size_t at, bool cut);

void cx_dynsec_unknown_member(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *item);
void cx_dynsec_repeated_member(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *item);
void cx_dynsec_wrong_type(cx_dynsec_reading *r, const cx_shape *shape, unsigned member, const cJSON *item);
/* OBJECT lacks the member it is named by, or is no object. */
void cx_dynsec_skipped(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *object);
void cx_dynsec_empty_name(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *name);
void cx_dynsec_duplicate(cx_dynsec_reading *r, const cx_shape *shape, const cJSON *name);
void cx_dynsec_not_loaded(cx_dynsec_reading *r, const cJSON *item, const char *lost);
/* An anonymous group, and no groups. */
void cx_dynsec_no_groups(cx_dynsec_reading *r, const cJSON *anonymous);
void cx_dynsec_unknown_type(cx_dynsec_reading *r, const cJSON *type, bool allow);
void cx_dynsec_bad_filter(cx_dynsec_reading *r, const cJSON *topic, cx_filter_info info, bool literal);
void cx_dynsec_variable(cx_dynsec_reading *r, const cJSON *topic);
void cx_dynsec_unknown_reference(cx_dynsec_reading *r, const cJSON *name, const char *what,
                                 const struct cx_dynsec_names *known);
void cx_dynsec_wildcards(cx_dynsec_reading *r, const cJSON *item);
void cx_dynsec_crash(cx_dynsec_reading *r, const cJSON *item);
void cx_dynsec_priority(cx_dynsec_reading *r, const cJSON *priority, bool clamped);

/* Finds out who keeps a client and who can check a password with it. */
void cx_dynsec_judge_password(cx_dynsec_reading *r, cx_dynsec_client *c, const cJSON *const *members);
/* After all clients. */
void cx_dynsec_judge_many(cx_dynsec_reading *r);

#endif
