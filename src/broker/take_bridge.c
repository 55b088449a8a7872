/* Lines about bridges, except for their topics. */
#include <stdio.h>

#include "broker/take.h"

void cx_take_connection(cx_taking *t)
{
    cx_str rest = t->rest, name = cx_conf_word(&rest);
    cx_bridge *b = cx_arena_calloc(&t->setup->arena, sizeof *b);
    b->line = t->line;
    b->name = name.p ? name : CX_STR("");
    cx_vec_add(&t->setup->bridges, b);
    t->setup->things++;
    t->at->bridge = b;
    t->at->lost_bridge = false;
    if (!name.p) {
        cx_refuse_empty(t);
        return;
    }
    cx_take_trailing(t, rest, "one word");
    size_t known = t->setup->bridge_names.n;
    if (cx_map_put(&t->setup->bridge_names, name) < known) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_BRIDGE_DUPLICATE_NAME, name, "a second connection called %s", cx_conf_quote(t, name));
        const char *mark = *cx_name_mark(t->setup) ? "'" : "\"";
        cx_says(t, x, "Duplicate bridge name %s%s%s.", mark, cx_conf_bare(t, name), mark);
    }
}

static bool add_address(cx_taking *t, cx_bridge *b, cx_str word)
{
    cx_bridge_address a = {.host = word, .port = 1883};
    size_t colon = word.n;
    while (colon > 0 && word.p[colon - 1] != ':') colon--;
    if (colon > 0) {
        cx_str text = cx_str_sub(word, colon, word.n - colon);
        int port = cx_conf_atoi(text);
        if (port < 1 || port > 65535) {
            cx_finding *x = cx_refuse(t, CX_RULE_BRIDGE_BAD_ADDRESS, word,
                                      "%s has no port from 1 to 65535 behind the last ':'", cx_conf_quote(t, word));
            cx_says(t, x, "Invalid %sport value (%d).", cx_takes_on_demand(t) ? "bridge " : "", port);
            return false;
        }
        a.host = cx_str_sub(word, 0, colon - 1);
        a.port = (uint16_t)port;
    }
    cx_vec_add(&b->addresses, a);
    for (size_t i = 0; i < a.host.n || i == 0; i++) {
        if (a.host.n && !memchr("[],/:", a.host.p[i], 5)) continue;
        cx_finding *x = cx_remark(t, CX_RULE_BRIDGE_ODD_ADDRESS, word,
                                  "the broker takes %s for a host name, and port %u", cx_conf_quote(t, a.host), a.port);
        cx_note(
            t, x,
            "addresses are separated by spaces; the port stands behind the last ':', and there are no brackets and no URLs");
        break;
    }
    return true;
}

void cx_take_address(cx_taking *t)
{
    cx_bridge *b = t->at->bridge;
    cx_setting before = cx_bridge_of(b, CX_OPT_ADDRESS);
    if (before && !t->at->lost_bridge) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_DUPLICATE_OPTION, t->word, "a second address of one connection");
        if (cx_takes_on_demand(t)) cx_says(t, x, "Invalid bridge configuration, 'address' only allowed once.");
        else cx_says(t, x, "Invalid bridge configuration.");
        cx_help(t, x, "name all addresses in one line, separated by spaces");
        return;
    }
    cx_str rest = t->rest;
    unsigned n = 0;
    for (cx_str word; (word = cx_conf_word(&rest)).p; n++) {
        if (word.p[0] == '#') {
            cx_take_trailing(t, cx_str_sub(word, 0, (size_t)(rest.p + rest.n - word.p)), "addresses");
            break;
        }
        if (!add_address(t, b, word)) return;
    }
    if (n == 0) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_MISSING_VALUE, t->word, "%s needs a host name", cx_conf_quote(t, t->word));
        cx_says(t, x, "Empty address value in configuration.");
        cx_help(t, x, "%s", t->option->syntax);
        return;
    }
    cx_keep(t);
}

void cx_take_restart_timeout(cx_taking *t)
{
    cx_str rest = t->rest, base = cx_conf_word(&rest);
    if (!base.p) {
        cx_refuse_empty(t);
        return;
    }
    bool clamps = cx_behaves(t->release, CX_B_RESTART_TIMEOUT) == CX_RESTART_TIMEOUT_CLAMPED;
    int seconds = cx_conf_atoi(base);
    if (seconds < 1) seconds = 1;
    if (clamps && seconds > 3600) seconds = 3600;
    cx_str cap = cx_conf_word(&rest);
    if (cap.p && cx_conf_atoi(cap) < seconds) {
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, cap, "the cap %s is lower than the base",
                                  cx_conf_quote(t, cap));
        cx_says(t, x, "backoff cap is lower than the base in restart_timeout.");
        if (cap.p[0] == '#') cx_help(t, x, "put the comment on a line of its own");
        return;
    }
    cx_str stable = clamps && cap.p ? cx_conf_word(&rest) : CX_STR_NONE;
    if (stable.p && cx_conf_atoi(stable) < 0) {
        cx_finding *x =
            cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, stable, "%s is negative", cx_conf_quote(t, stable));
        cx_says(t, x, "stable connection period cannot be negative.");
        return;
    }
    cx_keep(t);
}

void cx_take_tcp_keepalive(cx_taking *t)
{
    static const char *const names[] = {"idle", "interval", "counter"};
    cx_str rest = t->rest;
    for (int i = 0; i < 3; i++) {
        char name[40];
        snprintf(name, sizeof name, "bridge_tcp_keepalive_%s", names[i]);
        cx_str word;
        int value;
        if (!cx_take_int(t, &rest, name, &word, &value)) return;
        if (value > 0) continue;
        cx_finding *x = cx_refuse(t, CX_RULE_CONF_NUMBER_OUT_OF_RANGE, word, "%s is out of range for %s",
                                  cx_conf_quote(t, word), cx_conf_bare(t, t->word));
        cx_says(t, x, "invalid TCP keepalive %s value.", names[i]);
        return;
    }
    cx_keep(t);
}

void cx_take_bridge_version(cx_taking *t)
{
    if (t->rest.n == 0) {
        cx_refuse_empty(t);
        return;
    }
    for (unsigned i = 0; i < t->option->choice_count; i++) {
        const cx_choice *c = &t->option->choices[i];
        if (!(c->targets & CX_TARGET_BIT(t->release)) || !cx_str_is(t->rest, c->word)) continue;
        cx_keep(t);
        return;
    }
    cx_refuse_word(t, t->rest, CX_STR_NONE);
}
