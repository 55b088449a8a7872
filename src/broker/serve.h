/* A listener as it runs: the socket, what is spoken on it, who is let in without a
 * user name, and who is asked about passwords and topics, in the broker's order. */
#ifndef CX_SERVE_H
#define CX_SERVE_H

#include "broker/setup.h"

typedef enum { CX_NO, CX_YES, CX_UNKNOWN } cx_tristate;

typedef enum { CX_TLS_OFF, CX_TLS_CERTIFICATE, CX_TLS_PSK } cx_tls;

/* Who is asked. */
typedef enum {
    CX_ASKS_CERTIFICATE,     /* the client's certificate names the user; no password */
    CX_ASKS_PSK,             /* its pre-shared key does */
    CX_ASKS_DYNSEC,          /* the dynamic security plug-in */
    CX_ASKS_PASSWORD_PLUGIN, /* the password-file plug-in */
    CX_ASKS_ACL_PLUGIN,      /* the acl-file plug-in */
    CX_ASKS_OTHER_PLUGIN,    /* a plug-in culex knows nothing of */
    CX_ASKS_PASSWORD_FILE,
    CX_ASKS_ACL_FILE,
} cx_asked;

typedef struct cx_link {
    cx_asked asked;
    cx_setting line;         /* that brings it in */
    const cx_plugin *plugin; /* NULL: none */
    cx_str file;             /* as the conf names it; .p NULL: none */
    cx_setting file_line;    /* that names it */
} cx_link;

typedef struct cx_chain {
    CX_VEC(cx_link) links;
} cx_chain;

typedef struct cx_serving {
    const cx_setup *setup;
    const cx_listener *listener;
    bool opens;         /* false: no socket, and the broker runs on without it */
    bool random_port;   /* a TCP port nobody chose */
    cx_str bind;        /* an address, or the path of a unix socket */
    uint16_t port;      /* 0: a unix socket */
    cx_str interface;   /* .p NULL: any */
    const char *remark; /* what is odd about the socket; NULL: nothing */
    unsigned protocol;  /* CX_PROTOCOL_IS_… */
    cx_tls tls;
    const char *closed;        /* why no client at all gets in; NULL: some do */
    bool allow_anonymous;      /* the value that holds, whatever else stands in the way */
    cx_tristate anonymous;     /* an MQTT 3.1.1 client without a user name, with an ordinary client id */
    const char *anonymous_why; /* which word is the last on it */
    bool username_as_clientid;
    cx_str mount_point; /* .p NULL: none */
    cx_chain authentication, access;
} cx_serving;

void cx_serve(cx_serving *v, const cx_setup *s, const cx_listener *l);
void cx_serving_clear(cx_serving *v);

/* How a plug-in looks for an option: of several the last counts, or the first; letters must be equal, or
 * may differ in their case. */
enum { CX_OPTION_FIRST = 1, CX_OPTION_ANY_CASE = 2 };

/* The value of a plug-in's option; .p NULL: it has none. */
cx_str cx_plugin_option(const cx_setup *s, const cx_plugin *p, const char *key, unsigned how, cx_setting *line);

/* Four numbers with dots between them. */
bool cx_is_ipv4(cx_str host);

/* Whether the client's certificate or pre-shared key names the user. */
bool cx_named_by_tls(const cx_serving *v);

/* Whether libwebsockets serves the listener, in the place of the broker: it takes certfile and
 * keyfile, never a pre-shared key, and looks at no other TLS file when it starts. */
bool cx_listener_by_lws(const cx_setup *s, const cx_listener *l);

/* What a listener's options switch on. */
cx_tls cx_listener_tls(const cx_setup *s, const cx_listener *l);

/* Whether a bridge speaks TLS to the other broker. */
bool cx_bridge_has_tls(const cx_setup *s, const cx_bridge *b);

/* The name of a plug-in's file, without its folder. */
cx_str cx_plugin_file_name(const cx_plugin *p);

#endif
