/* The objects of a dynamic-security.json: which members they have, of which type. */
#ifndef CX_DYNSEC_SHAPE_H
#define CX_DYNSEC_SHAPE_H

#include "formats/dynsec/dynsec.h"

typedef enum { CX_JSON_STRING, CX_JSON_NUMBER, CX_JSON_BOOL, CX_JSON_ARRAY, CX_JSON_OBJECT } cx_json_type;

typedef struct cx_member {
    const char *name;
    cx_json_type type;
    const char *absent; /* what the plug-in takes when it is not there, in words */
} cx_member;

enum { CX_MEMBERS_MAX = 12 };

typedef struct cx_shape {
    const char *what;   /* "client" */
    const char *a_what; /* "a client" */
    const char *named;  /* the member it is skipped without; NULL: none */
    cx_member members[CX_MEMBERS_MAX];
} cx_shape;

/* Numbers of members, in the order of the shapes. */
enum { CX_ROOT_DEFAULTS, CX_ROOT_CLIENTS, CX_ROOT_GROUPS, CX_ROOT_ROLES, CX_ROOT_ANONYMOUS, CX_ROOT_CHANGES };
enum { CX_DEFAULT_SEND, CX_DEFAULT_RECEIVE, CX_DEFAULT_SUBSCRIBE, CX_DEFAULT_UNSUBSCRIBE };
enum {
    CX_CLIENT_NAME,
    CX_CLIENT_ENCODED,
    CX_CLIENT_PASSWORD,
    CX_CLIENT_SALT,
    CX_CLIENT_ITERATIONS,
    CX_CLIENT_ID,
    CX_CLIENT_DISABLED,
    CX_CLIENT_TEXTNAME,
    CX_CLIENT_TEXTDESCRIPTION,
    CX_CLIENT_ROLES,
};
enum { CX_GROUP_NAME, CX_GROUP_TEXTNAME, CX_GROUP_TEXTDESCRIPTION, CX_GROUP_ROLES, CX_GROUP_CLIENTS };
enum {
    CX_ROLE_NAME,
    CX_ROLE_TEXTNAME,
    CX_ROLE_TEXTDESCRIPTION,
    CX_ROLE_WILDCARDS,
    CX_ROLE_ACLS,
};
enum { CX_ACL_MEMBER_TYPE, CX_ACL_MEMBER_TOPIC, CX_ACL_MEMBER_PRIORITY, CX_ACL_MEMBER_ALLOW };
enum { CX_REF_NAME, CX_REF_PRIORITY };

extern const cx_shape cx_shape_root, cx_shape_defaults, cx_shape_client, cx_shape_group, cx_shape_role, cx_shape_acl,
    cx_shape_role_ref, cx_shape_member;

/* The number of the member that a name is, in any case of letters; CX_MEMBERS_MAX: none. */
unsigned cx_shape_find(const cx_shape *shape, const char *name);
/* The name that was meant; .p NULL: not clear. */
cx_str cx_shape_near(const cx_shape *shape, const char *name);

bool cx_json_has_type(const cJSON *item, cx_json_type type);
const char *cx_json_type_of(const cJSON *item); /* "a string" */

#endif
