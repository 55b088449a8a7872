#include "text/leftover.h"

bool cx_is_conflict_mark(cx_str word)
{
    return cx_str_starts(word, CX_STR("<<<<<<<")) || cx_str_starts(word, CX_STR("=======")) ||
           cx_str_starts(word, CX_STR(">>>>>>>")) || cx_str_starts(word, CX_STR("|||||||"));
}

bool cx_has_placeholder(cx_str text)
{
    static const char *const signs[] = {"{{", "{%", "${", "<%"};
    if (!cx_str_has(text, '{') && !cx_str_has(text, '<')) return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (cx_str_find(text, signs[i])) return true;
    return false;
}
