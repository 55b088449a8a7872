/* What a mosquitto.conf sets up, for one release: the lines in the order the broker
 * reads them, put where it keeps them. cx_setups_read walks the lines once for all
 * releases and finds every reason for which one refuses the conf.
 *
 * A setting is the line it came from; what was said twice is the line that counts.
 */
#ifndef CX_SETUP_H
#define CX_SETUP_H

#include "base/map.h"
#include "formats/conf/conf.h"
#include "formats/conf/value.h"

/* The line that sets an option; NULL: nothing does. */
typedef const cx_conf_line *cx_setting;

/* A plug-in named by plugin, global_plugin or plugin_load. */
typedef struct cx_plugin {
    cx_setting line;
    cx_str name; /* of plugin_load; .p NULL: none */
    cx_str path;
    CX_VEC(cx_setting) options; /* its plugin_opt_… lines */
    cx_setting settings[CX_SLOTS_PLUGIN];
    unsigned uses;      /* how many places it is used in */
    bool dynsec;        /* it is the dynamic security plug-in, … */
    cx_str dynsec_file; /* … and reads this; .p NULL: nothing, and it does nothing */
    bool forgotten;     /* … and a later one without a file made it forget that */
    cx_setting dynsec_file_line;
} cx_plugin;

/* The options that belong to all listeners, or to each with per_listener_settings. */
typedef struct cx_security {
    cx_setting settings[CX_SLOTS_SECURITY];
    CX_VEC(uint32_t) plugins; /* in the order they are loaded; numbers in cx_setup */
} cx_security;

typedef enum {
    CX_LISTENER_EXPLICIT, /* a listener line */
    CX_LISTENER_DEFAULT,  /* port, bind_address, or options without a listener */
    CX_LISTENER_LOCAL,    /* no listener is named: loopback only */
    CX_LISTENER_HTTP_API, /* comes with the loopback listener */
} cx_listener_kind;

typedef struct cx_listener {
    cx_listener_kind kind;
    cx_setting line; /* that made it; NULL: none did */
    uint16_t port;   /* 0: a unix socket, HOST is its path */
    cx_str host;     /* .p NULL: all interfaces */
    cx_setting settings[CX_SLOTS_LISTENER];
    cx_security security;
    CX_VEC(cx_setting) origins; /* websockets_origin */
} cx_listener;

typedef struct cx_bridge_address {
    cx_str host;
    uint16_t port;
} cx_bridge_address;

/* One topic line of a bridge, as the broker reads it. */
typedef struct cx_bridge_topic {
    cx_setting line;
    cx_str pattern;                     /* .p NULL: "" */
    cx_str local_prefix, remote_prefix; /* .p NULL: none */
    cx_str local, remote;               /* what the two brokers see: prefix and pattern */
    cx_direction direction;
    int qos;
} cx_bridge_topic;

typedef struct cx_bridge {
    cx_setting line;
    cx_str name;
    cx_setting settings[CX_SLOTS_BRIDGE];
    CX_VEC(cx_bridge_address) addresses;
    CX_VEC(cx_bridge_topic) topics;
    cx_map topic_keys; /* what 2.1 compares to find a topic again */
    bool broken;       /* one of its lines was refused, so what it lacks may be there */
} cx_bridge;

typedef struct cx_setup {
    const cx_release *release;
    const cx_conf *conf;
    cx_arena arena;
    cx_setting settings[CX_SLOTS_GLOBAL];
    cx_security security;
    cx_setting log_file;     /* the log_dest line that names a file */
    CX_VEC(cx_setting) logs; /* the log_dest and log_type lines in force */
    CX_VEC(cx_setting) includes;
    cx_listener prepared; /* what listener options set before any listener; CX_DEFAULT_LISTENER_PREPARED only */
    CX_VEC(cx_listener *) listeners;
    CX_VEC(cx_plugin *) plugins, named_plugins; /* named ones in the order of plugin_names */
    CX_VEC(cx_bridge *) bridges;
    cx_map bridge_names, plugin_names;
    uint32_t default_listener; /* number + 1 of the default listener, once there is one */
    bool per_listener;         /* the last word on per_listener_settings */
    bool security_seen;        /* a line that per_listener_settings must come before was read */
    bool listener_named;       /* a listener, port or bind_address line was read */
    bool local_only;
    size_t things;      /* listeners, plug-ins, connections and their topics */
    size_t discarded;   /* so many listeners at the front are never opened */
    bool lost_settings; /* lines after an include_dir that the broker loses */
    cx_setting nowhere; /* where they go */
} cx_setup;

/* One setup a release asked for, and the findings in the conf's files. */
typedef struct cx_setups {
    cx_setup of[CX_RELEASE_COUNT]; /* by index; .release NULL: not asked */
    cx_targets targets, refused;
    const char *limit; /* what there is more of than culex reads: "10000000 lines"; NULL: all was read */
} cx_setups;

/* Lines walked in all, those of a file included twice counted twice. */
#define CX_SETUP_LINES_MAX 10000000u
/* Listeners, plug-ins, connections and their topics of one release. */
#define CX_SETUP_THINGS_MAX 500000u

void cx_setups_read(cx_setups *s, cx_conf *conf, cx_targets targets);
void cx_setups_clear(cx_setups *s);

/* ---- looking at settings ---- */

static inline cx_setting cx_setup_of(const cx_setup *s, unsigned option)
{
    return s->settings[cx_conf_options[option].slot];
}
static inline cx_setting cx_listener_of(const cx_listener *l, unsigned option)
{
    return l->settings[cx_conf_options[option].slot];
}
static inline cx_setting cx_security_of(const cx_security *s, unsigned option)
{
    return s->settings[cx_conf_options[option].slot];
}
static inline cx_setting cx_bridge_of(const cx_bridge *b, unsigned option)
{
    return b->settings[cx_conf_options[option].slot];
}

/* The security options that hold for a listener. */
const cx_security *cx_setup_security(const cx_setup *s, const cx_listener *l);

/* The findings of the file it stands in. */
static inline cx_findings *cx_setting_findings(const cx_setup *s, cx_setting line)
{
    return &s->conf->files.items[line->file]->findings;
}

/* Whether the value is not to be shown. */
bool cx_setting_secret(const cx_setup *s, cx_setting line);

/* The value of a setting, its default when it is NULL. */
bool cx_setting_bool(const cx_setup *s, cx_setting line, bool fallback);
int cx_setting_int(const cx_setup *s, cx_setting line, int fallback);
cx_str cx_setting_text(const cx_setup *s, cx_setting line);  /* trimmed rest; .p NULL without a line */
cx_str cx_setting_first(const cx_setup *s, cx_setting line); /* the first word */
cx_str cx_setting_shown(const cx_setup *s, cx_setting line); /* what of it counts */

#endif
