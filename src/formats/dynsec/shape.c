#include "formats/dynsec/shape.h"

#include <strings.h>

#include "base/typo.h"

const cx_shape cx_shape_root = {"file",
                                "the file",
                                NULL,
                                {{"defaultACLAccess", CX_JSON_OBJECT, "all four are false"},
                                 {"clients", CX_JSON_ARRAY, ""},
                                 {"groups", CX_JSON_ARRAY, ""},
                                 {"roles", CX_JSON_ARRAY, ""},
                                 {"anonymousGroup", CX_JSON_STRING, "there is none"},
                                 {"changeIndex", CX_JSON_NUMBER, "0"}}};
const cx_shape cx_shape_defaults = {"defaultACLAccess",
                                    "defaultACLAccess",
                                    NULL,
                                    {{"publishClientSend", CX_JSON_BOOL, "false"},
                                     {"publishClientReceive", CX_JSON_BOOL, "false"},
                                     {"subscribe", CX_JSON_BOOL, "false"},
                                     {"unsubscribe", CX_JSON_BOOL, "false"}}};
const cx_shape cx_shape_client = {"client",
                                  "a client",
                                  "username",
                                  {{"username", CX_JSON_STRING, ""},
                                   {"encoded_password", CX_JSON_STRING, "there is none"},
                                   {"password", CX_JSON_STRING, "there is none"},
                                   {"salt", CX_JSON_STRING, "there is none"},
                                   {"iterations", CX_JSON_NUMBER, "there are none"},
                                   {"clientid", CX_JSON_STRING, "any client id will do"},
                                   {"disabled", CX_JSON_BOOL, "false"},
                                   {"textname", CX_JSON_STRING, "there is none"},
                                   {"textdescription", CX_JSON_STRING, "there is none"},
                                   {"roles", CX_JSON_ARRAY, "there are none"}}};
const cx_shape cx_shape_group = {"group",
                                 "a group",
                                 "groupname",
                                 {{"groupname", CX_JSON_STRING, ""},
                                  {"textname", CX_JSON_STRING, "there is none"},
                                  {"textdescription", CX_JSON_STRING, "there is none"},
                                  {"roles", CX_JSON_ARRAY, "there are none"},
                                  {"clients", CX_JSON_ARRAY, "there are none"}}};
const cx_shape cx_shape_role = {"role",
                                "a role",
                                "rolename",
                                {{"rolename", CX_JSON_STRING, ""},
                                 {"textname", CX_JSON_STRING, "there is none"},
                                 {"textdescription", CX_JSON_STRING, "there is none"},
                                 {"allowwildcardsubs", CX_JSON_BOOL, "true"},
                                 {"acls", CX_JSON_ARRAY, "there are none"}}};
const cx_shape cx_shape_acl = {"ACL",
                               "an ACL",
                               "topic",
                               {{"acltype", CX_JSON_STRING, ""},
                                {"topic", CX_JSON_STRING, ""},
                                {"priority", CX_JSON_NUMBER, "0"},
                                {"allow", CX_JSON_BOOL, "false"}}};
const cx_shape cx_shape_role_ref = {
    "role", "a role", "rolename", {{"rolename", CX_JSON_STRING, ""}, {"priority", CX_JSON_NUMBER, "-1"}}};
const cx_shape cx_shape_member = {
    "member", "a member", "username", {{"username", CX_JSON_STRING, ""}, {"priority", CX_JSON_NUMBER, "-1"}}};

unsigned cx_shape_find(const cx_shape *shape, const char *name)
{
    for (unsigned i = 0; i < CX_MEMBERS_MAX && shape->members[i].name; i++)
        if ((name[0] | ' ') == (shape->members[i].name[0] | ' ') && strcasecmp(name, shape->members[i].name) == 0)
            return i;
    return CX_MEMBERS_MAX;
}

cx_str cx_shape_near(const cx_shape *shape, const char *name)
{
    cx_nearest n = {0};
    for (unsigned i = 0; i < CX_MEMBERS_MAX && shape->members[i].name; i++)
        cx_nearest_offer(&n, cx_str_of(name), cx_str_of(shape->members[i].name));
    return n.word;
}

bool cx_json_has_type(const cJSON *item, cx_json_type type)
{
    switch (type) {
    case CX_JSON_STRING: return cJSON_IsString(item);
    case CX_JSON_NUMBER: return cJSON_IsNumber(item);
    case CX_JSON_BOOL: return cJSON_IsBool(item);
    case CX_JSON_ARRAY: return cJSON_IsArray(item);
    case CX_JSON_OBJECT: return cJSON_IsObject(item);
    }
    return false;
}

const char *cx_json_type_of(const cJSON *item)
{
    return cJSON_IsString(item)   ? "a text"
           : cJSON_IsNumber(item) ? "a number"
           : cJSON_IsBool(item)   ? "a truth value"
           : cJSON_IsArray(item)  ? "a list"
           : cJSON_IsObject(item) ? "an object"
                                  : "null";
}
