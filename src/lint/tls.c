/* Rules about the TLS options of listeners. What needs the certificates themselves is not asked here. */
#include "lint/conf_listen.h"

static void judge_client_certificates(const cx_setup *s, const cx_serving *v)
{
    const cx_listener *l = v->listener;
    cx_setting require = cx_listener_of(l, CX_OPT_REQUIRE_CERTIFICATE),
               identity = cx_listener_of(l, CX_OPT_USE_IDENTITY_AS_USERNAME);
    cx_setting subject = cx_listener_of(l, CX_OPT_USE_SUBJECT_AS_USERNAME);
    bool required = cx_setting_bool(s, require, false), by_identity = cx_setting_bool(s, identity, false),
         by_subject = cx_setting_bool(s, subject, false);
    bool ca = cx_listener_of(l, CX_OPT_CAFILE) || cx_listener_of(l, CX_OPT_CAPATH);
    cx_setting names = by_identity ? identity : subject;
    if ((by_identity || by_subject) && !required) {
        cx_finding *x = cx_lint_line(s, names, CX_RULE_TLS_IDENTITY_WITHOUT_CERTIFICATE, CX_STR_NONE,
                                     "users are named by certificates that no client is asked for");
        cx_lint_note(s, names, x, "a client without one is refused, whatever name and password it sends");
        cx_lint_help(s, names, x, "require_certificate true");
    }
    if (required && !ca) {
        cx_finding *x = cx_lint_line(s, require, CX_RULE_TLS_NO_CLIENT_CA, CX_STR_NONE,
                                     "no certificate of a client can be checked");
        cx_lint_note(s, require, x,
                     "without cafile and capath the broker knows no authority, and refuses every client");
        cx_lint_help(s, require, x, "cafile with the authority that signs the clients' certificates");
    } else if (required && !by_identity && !by_subject) {
        cx_finding *x = cx_lint_line(s, require, CX_RULE_TLS_ANY_CERTIFICATE, CX_STR_NONE,
                                     "every certificate of the authority is good for every user name");
        cx_lint_note(s, require, x, "the certificate says who may connect, and the client says who it is");
        cx_lint_help(s, require, x, "use_identity_as_username true takes the name from the certificate");
    }
}

static void judge_public_ca(const cx_setup *s, const cx_serving *v)
{
    static const unsigned options[] = {CX_OPT_CAFILE, CX_OPT_CAPATH};
    static const char *const signs[] = {"/etc/ssl/certs", "/etc/pki/tls/certs", "ca-certificates",
                                        "ca-bundle",      "letsencrypt",        "isrg",
                                        "ISRG",           "DST_Root",           "DST-Root"};
    if (!cx_setting_bool(s, cx_listener_of(v->listener, CX_OPT_REQUIRE_CERTIFICATE), false)) return;
    for (size_t i = 0; i < 2; i++) {
        cx_setting line = cx_listener_of(v->listener, options[i]);
        cx_str value = cx_setting_text(s, line);
        for (size_t k = 0; line && k < sizeof signs / sizeof *signs; k++) {
            if (!cx_str_find(value, signs[k])) continue;
            cx_finding *x = cx_lint_line(s, line, CX_RULE_TLS_PUBLIC_CLIENT_CA, value,
                                         "clients may come with a certificate of a public authority");
            cx_lint_note(s, line, x, "anybody can get one, for a name of his own");
            cx_lint_help(s, line, x, "make an authority for your clients, and name it alone");
            break;
        }
    }
}

static void judge_version(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = cx_listener_of(v->listener, CX_OPT_TLS_VERSION);
    cx_str value = cx_setting_text(s, line);
    if (!line || !cx_str_is(value, "tlsv1.1")) return;
    cx_findings *f = cx_setting_findings(s, line);
    cx_finding *x =
        cx_lint_line(s, line, CX_RULE_TLS_OLD_VERSION, value, "TLS 1.1 is broken, and refused by current clients");
    cx_lint_note(s, line, x, "the option names the lowest version that is accepted; without it that is 1.2");
    cx_fix *fix = cx_finding_fix(f, x, false, "write 'tlsv1.2'");
    cx_fix_edit(f, fix, cx_span_of(&s->conf->files.items[line->file]->source, value), "tlsv1.2");
}

/* The suites of a list, between ':'; those that are taken away begin with '!' or '-'. */
static void judge_ciphers(const cx_setup *s, const cx_serving *v)
{
    static const char *const weak[] = {"RC4", "MD5", "NULL", "EXP", "DES", "LOW", "ADH", "AECDH"};
    cx_setting line = cx_listener_of(v->listener, CX_OPT_CIPHERS);
    cx_str rest = cx_setting_text(s, line);
    for (size_t at = 0; line && at < rest.n;) {
        const char *colon = memchr(rest.p + at, ':', rest.n - at);
        size_t end = colon ? (size_t)(colon - rest.p) : rest.n;
        cx_str suite = cx_str_sub(rest, at, end - at);
        at = end + 1;
        if (suite.n == 0 || suite.p[0] == '!' || suite.p[0] == '-') continue;
        bool modern = cx_str_starts(suite, CX_STR("TLS_")), bad = false;
        for (size_t k = 0; k < sizeof weak / sizeof *weak; k++) bad |= cx_str_find(suite, weak[k]) != NULL;
        if (!modern && !bad) continue;
        cx_finding *x =
            cx_lint_line(s, line, CX_RULE_TLS_WEAK_CIPHERS, suite,
                         modern ? "a suite of TLS 1.3 has no effect here" : "a cipher that does not protect");
        cx_lint_help(s, line, x,
                     modern ? "ciphers_tls1.3 takes suites of TLS 1.3"
                            : "leave the option out: the defaults of OpenSSL are sound");
        return;
    }
}

static void judge_crl(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = cx_listener_of(v->listener, CX_OPT_CRLFILE);
    if (!line || cx_setting_bool(s, cx_listener_of(v->listener, CX_OPT_REQUIRE_CERTIFICATE), false)) return;
    cx_finding *x =
        cx_lint_line(s, line, CX_RULE_TLS_CRL, CX_STR_NONE, "the list of revoked certificates is not looked at");
    cx_lint_note(s, line, x, "clients are not asked for a certificate here");
    cx_lint_help(s, line, x, "require_certificate true, or take the line away");
}

/* 8883 is the port of MQTT over TLS. */
static void judge_port(const cx_setup *s, const cx_serving *v)
{
    cx_setting line = v->listener->line;
    if (!line || v->port != 8883 || v->tls != CX_TLS_OFF || v->closed || !v->opens ||
        v->protocol == CX_PROTOCOL_IS_HTTP_API)
        return;
    cx_finding *x = cx_lint_line(s, line, CX_RULE_TLS_PORT_WITHOUT_TLS, cx_setting_text(s, line),
                                 "port 8883 is that of MQTT over TLS, and there is no TLS on it");
    cx_lint_note(s, line, x, "clients that expect TLS cannot connect, and others send their passwords in the clear");
    cx_lint_help(s, line, x, "certfile and keyfile below the listener, or port 1883");
}

void cx_lint_tls(cx_lint *l, cx_setup *s)
{
    const cx_door *d;
    for (size_t next = 0; (d = cx_lint_next_door(l, s, &next));) {
        const cx_serving *v = &d->serving;
        judge_port(s, v);
        if (v->tls != CX_TLS_CERTIFICATE) continue;
        judge_client_certificates(s, v);
        judge_public_ca(s, v);
        judge_version(s, v);
        judge_ciphers(s, v);
        judge_crl(s, v);
    }
}
