/* culex lint --list-rules */
#include "cli/cli.h"

static const char *fix_name(cx_rule_fix fix)
{
    return fix == CX_FIX_SAFE ? "--fix" : fix == CX_FIX_UNSAFE ? "--unsafe" : "";
}

static void put_text(cx_cli *cli)
{
    size_t wide = 0;
    for (unsigned i = 0; i < CX_RULE_COUNT; i++)
        if (strlen(cx_rules[i].id) > wide) wide = strlen(cx_rules[i].id);
    for (unsigned i = 0; i < CX_RULE_COUNT; i++) {
        const cx_rule_info *r = &cx_rules[i];
        const char *severity = cx_severity_name(r->severity);
        cx_put_painted(&cli->out, cli->style, CX_PAINT_BOLD, cx_str_of(r->id));
        cx_buf_fill(&cli->out, ' ', wide - strlen(r->id) + 2);
        cx_put_painted(&cli->out, cli->style, cx_severity_paint(r->severity), cx_str_of(severity));
        cx_buf_fill(&cli->out, ' ', 9 - strlen(severity));
        cx_buf_printf(&cli->out, "%-9s %-9s %s\n", r->security ? "security" : "", fix_name(r->fix), r->summary);
    }
}

static void put_json(cx_cli *cli)
{
    static const char *const fixes[] = {"none", "safe", "unsafe"};
    cx_json j = {&cli->out, false};
    cx_json_array(&j, NULL);
    for (unsigned i = 0; i < CX_RULE_COUNT; i++) {
        const cx_rule_info *r = &cx_rules[i];
        cx_json_object(&j, NULL);
        cx_json_str(&j, "rule", cx_str_of(r->id));
        cx_json_str(&j, "area", cx_str_of(r->area));
        cx_json_str(&j, "severity", cx_str_of(cx_severity_name(r->severity)));
        cx_json_bool(&j, "security", r->security);
        cx_json_str(&j, "found_by", cx_str_of(r->by == CX_BY_LINT ? "lint" : "check and lint"));
        cx_json_str(&j, "fix", cx_str_of(fixes[r->fix]));
        cx_report_targets_json(&j, "targets", r->targets);
        cx_json_str(&j, "summary", cx_str_of(r->summary));
        cx_json_str(&j, "why", cx_str_of(r->why));
        cx_json_str(&j, "bad", cx_str_of(r->bad));
        cx_json_str(&j, "good", cx_str_of(r->good));
        cx_json_end_object(&j);
    }
    cx_json_end_array(&j);
    cx_buf_putc(&cli->out, '\n');
}

int cx_list_rules(cx_cli *cli)
{
    bool json = cx_cli_value(cli, "format") && strcmp(cx_cli_value(cli, "format"), "json") == 0;
    if (json) put_json(cli);
    else put_text(cli);
    return CX_EXIT_YES;
}
