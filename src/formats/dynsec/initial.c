/* The dynamic-security.json that 2.1 writes where there is none (dynsec.md 1.4). */
#include "formats/dynsec/dynsec.h"

/* 64 zero bytes in base64: the passwords are the broker's own, and nobody knows them here. */
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define HASH "\"encoded_password\":\"$7$1000$" ZEROS "$" ZEROS "\""

#define ACL(type, topic) "{\"acltype\":\"" type "\",\"topic\":\"" topic "\",\"allow\":true}"
#define SEND(topic) ACL("publishClientSend", topic)
#define OBSERVE(topic) ACL("publishClientReceive", topic) "," ACL("subscribePattern", topic)
#define OBSERVE_AND_LEAVE(topic) OBSERVE(topic) "," ACL("unsubscribePattern", topic)
#define ROLE(name, acls) "{\"rolename\":\"" name "\",\"acls\":[" acls "]}"
#define ALL_OF(name, topic) ROLE(name, SEND(topic) "," OBSERVE_AND_LEAVE(topic))

#define BEFORE                                                                                 \
    "{\"defaultACLAccess\":{\"publishClientReceive\":true,\"unsubscribe\":true},\"clients\":[" \
    "{\"username\":\"admin\"," HASH ",\"roles\":[{\"rolename\":\"super-admin\"},"              \
    "{\"rolename\":\"sys-observe\"},{\"rolename\":\"topic-observe\"}]}"
#define DEMO ",{\"username\":\"democlient\"," HASH ",\"roles\":[{\"rolename\":\"client\"}]}"
#define BEHIND                                                                                                                                                                                \
    "],\"groups\":[{\"groupname\":\"unauthenticated\"}],\"anonymousGroup\":\"unauthenticated\",\"roles\":[" ALL_OF("client", "#") "," ALL_OF("broker-admin", "$CONTROL/broker/#") "," ALL_OF( \
        "dynsec-admin",                                                                                                                                                                       \
        "$CONTROL/dynamic-security/#") "," ALL_OF("super-admin",                                                                                                                              \
                                                  "$CONTROL/#") "," ROLE("sys-notify",                                                                                                        \
                                                                         SEND(                                                                                                                \
                                                                             "$SYS/broker/connection/%c/state")) "," ROLE("sys-observe",                                                      \
                                                                                                                          OBSERVE(                                                            \
                                                                                                                              "$SYS/#")) "," ROLE("topic-observe",                            \
                                                                                                                                                  OBSERVE_AND_LEAVE(                          \
                                                                                                                                                      "#")) "]}"

cx_str cx_dynsec_initial(bool demo) { return demo ? CX_STR(BEFORE DEMO BEHIND) : CX_STR(BEFORE BEHIND); }
