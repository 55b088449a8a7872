/* The options of mosquitto.conf as the random files use them. Written by hand from what the brokers do, and not read
 * from culex's grammar: what both had wrong would otherwise never show. */
#ifndef BROKER_CONF_TABLE_H
#define BROKER_CONF_TABLE_H

#include <stddef.h>

/* Releases, as bits */
enum { R16 = 1, R2011 = 2, R2022 = 4, R21 = 8, R2X = R2011 | R2022 | R21, RALL = R16 | R2X };

/* Where an option belongs; any place can be written anywhere, and now and then is */
enum conf_place { CONF_GLOBAL, CONF_LISTENER, CONF_SECURITY, CONF_PLUGIN, CONF_BRIDGE };

/* What follows the name. CONF_INT gets boundary numbers as odd values besides its own; what comes after CONF_TEXT is
 * made by a function of its own */
enum conf_kind {
    CONF_BOOL,
    CONF_INT,
    CONF_WORD, /* one word, the rest of the line is not read */
    CONF_TEXT, /* the rest of the line */
    CONF_OPEN_LISTENER,
    CONF_OPEN_BRIDGE,
    CONF_TOPIC,
    CONF_PLUGIN_PATH,
    CONF_INCLUDE
};

struct conf_option {
    const char *name;
    enum conf_place place;
    enum conf_kind kind;
    unsigned releases; /* that know the name */
    unsigned weight;   /* how often it is chosen, compared with its neighbours */
    const char *good;  /* values with | between them, "" for none */
    const char *odd;   /* the same: refused, adjusted, or read in another way than it looks */
};

extern const struct conf_option conf_options[];
extern const size_t conf_option_count;

/* The option of that name; NULL when there is none. plugin_opt_* and auth_opt_* by their beginning */
const struct conf_option *conf_option_find(const char *name, size_t len);

#endif
