/* A PSK file (psk_file): identities and keys of listeners with psk_hint. */
#ifndef CX_PSK_H
#define CX_PSK_H

#include "text/finding.h"
#include "text/source.h"

typedef struct cx_psk {
    cx_source *source;    /* the caller's; must outlive this */
    cx_findings findings; /* .refused: the releases that do not load the file */
    size_t identities;    /* different ones that have a key */
} cx_psk;

void cx_psk_read(cx_psk *psk, cx_source *source, cx_targets targets);
void cx_psk_clear(cx_psk *psk);

#endif
