# culex. 'make help' lists the targets.
VERSION := 0.1.0
CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla
PREFIX ?= /usr/local
DESTDIR ?=
B := build

CPPFLAGS_ALL := -Isrc -I$(B)/gen -DCX_VERSION='"$(VERSION)"' $(CPPFLAGS)
CFLAGS_ALL := -std=c11 $(WARNINGS) -fPIC -pthread $(CFLAGS)
LIBS := -lcrypto -largon2 -pthread

ROOMS := base data grammar text secret topic formats/acl formats/passwd formats/psk policy broker report
LIB_SRC := $(filter-out src/grammar/compile.c,$(foreach room,$(ROOMS),$(sort $(wildcard src/$(room)/*.c)))) $(wildcard src/*.c)
CLI_SRC := $(sort $(wildcard src/cli/*.c))
GRAMMARS := $(sort $(wildcard grammars/*.yaml))
LIB_OBJ := $(LIB_SRC:src/%.c=$(B)/obj/%.o) $(B)/obj/grammar_tables.o
CLI_OBJ := $(CLI_SRC:src/%.c=$(B)/obj/%.o)

.PHONY: all
all: $(B)/culex $(B)/aclcheck $(B)/libculex.a $(B)/libculex.so

$(B)/gen/grammar-compile: src/grammar/compile.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) $(CFLAGS) -Isrc -o $@ $< -lyaml

$(B)/gen/grammar_tables.h: $(B)/gen/grammar-compile $(GRAMMARS)
	$(B)/gen/grammar-compile grammars $(B)/gen
	@touch $@
$(B)/gen/grammar_tables.c: $(B)/gen/grammar_tables.h ;

$(B)/obj/grammar_tables.o: $(B)/gen/grammar_tables.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/obj/%.o: src/%.c | $(B)/gen/grammar_tables.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/libculex.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/libculex.so: $(LIB_OBJ)
	$(CC) -shared $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/culex: $(CLI_OBJ) $(B)/libculex.a
	$(CC) $(LDFLAGS) -o $@ $(CLI_OBJ) $(B)/libculex.a $(LIBS)

$(B)/aclcheck: $(B)/culex
	@ln -sf culex $@

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
