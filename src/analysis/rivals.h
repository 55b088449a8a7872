/* Names that a rule with a variable does not treat like any other name: those that stand as text where the variable
 * stands. A free name is none of them, so they are cases of their own. */
#ifndef CX_RIVALS_H
#define CX_RIVALS_H

#include "broker/broker.h"

typedef struct cx_rivals {
    cx_map names;  /* of ordinary ones: no '+', '#' or '/', not empty */
    bool slashes;  /* some variable is replaced as text, where a name with a '/' is several levels: not among NAMES */
    bool too_many; /* there are more than CX_RIVALS_MAX, and some were left out */
} cx_rivals;

enum { CX_RIVALS_MAX = 256 };

/* Adds those of variable WHICH ('c': client id, 'u': user name) that a broker's rules have for a client. Names are
 * views. Called for several brokers, it finds where a rule of one stands against a variable of another: VARIABLES
 * first collects the places of variables of them all. */
typedef struct cx_variable_place {
    size_t level;
    cx_str before, behind; /* text around it in its level */
} cx_variable_place;

typedef struct cx_variable_places {
    CX_VEC(cx_variable_place) items;
} cx_variable_places;

void cx_variable_places_add(cx_variable_places *v, const cx_broker *b, const cx_client *c, char which, cx_rivals *r);
void cx_rivals_add(cx_rivals *r, const cx_broker *b, const cx_client *c, const cx_variable_places *v);
void cx_rivals_clear(cx_rivals *r);

#endif
