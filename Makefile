# culex. 'make help' lists the targets.
VERSION := 0.1.0
CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla
PREFIX ?= /usr/local
DESTDIR ?=
B := build

CPPFLAGS_ALL := -Isrc -I$(B)/gen -DCX_VERSION='"$(VERSION)"' $(CPPFLAGS)
CFLAGS_ALL := -std=c11 $(WARNINGS) -fPIC -fvisibility=hidden -pthread $(CFLAGS)
LIBS := -lcjson -lyaml -lpcre2-8 -lcrypto -largon2 -pthread

# The order of src/cli/main.c; contrib/checks/rooms holds it.
ROOMS := base data grammar text secret settings topic formats/acl formats/passwd formats/psk formats/conf formats/dynsec formats/claims policy broker analysis lint report
LIB_SRC := $(filter-out src/grammar/compile%.c,$(foreach room,$(ROOMS),$(sort $(wildcard src/$(room)/*.c)))) $(wildcard src/*.c)
CLI_SRC := $(sort $(wildcard src/cli/*.c))
GRAMMARS := $(sort $(wildcard grammars/*.yaml))
LIB_OBJ := $(LIB_SRC:src/%.c=$(B)/obj/%.o) $(B)/obj/grammar_tables.o
CLI_OBJ := $(CLI_SRC:src/%.c=$(B)/obj/%.o)

.PHONY: all
all: $(B)/culex $(B)/aclcheck $(B)/libculex.a $(B)/libculex.so

COMPILE_SRC := $(wildcard src/grammar/compile*.c)
$(B)/gen/grammar-compile: $(COMPILE_SRC) src/grammar/compile.h src/grammar/names.h
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) -O1 -g -Isrc -o $@ $(COMPILE_SRC) -lyaml

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

# ---- tests: each suite ends with a line "N passed, N failed, N skipped" ----

TEST_CFLAGS = -std=c11 $(WARNINGS) $(CFLAGS) -pthread -Isrc -I$(B)/gen
CHECK_LIBS = $$(pkg-config --libs check) -lcjson
SUITES := rooms unit golden lint bad docs fuzz-replay

.PHONY: help check check-warnings check-asan $(SUITES:%=check-%) check-broker asan fuzz bench bench-check cover lint format install uninstall dist clean

help:
	@echo 'make               build/culex, build/aclcheck, build/libculex.a, libculex.so'
	@echo 'make check         all tests that need no broker (one alone: make check-unit, -golden, -bad, -docs, …)'
	@echo 'make check-broker  random files on the installed broker against culex; MOSQUITTO_2_1_2=DIR and others add releases'
	@echo 'make asan          the same tests as check, under AddressSanitizer and UBSan'
	@echo 'make fuzz          libFuzzer on every harness, FUZZ_SECONDS each (default 60)'
	@echo 'make bench         speed, as ratios within this run; bench-check asserts instruction counts'
	@echo 'make cover         line coverage of the tests'
	@echo 'make lint          layout and static analysis; format lays the sources out'
	@echo 'make install       into PREFIX (default /usr/local), DESTDIR honoured; uninstall takes it back'
	@echo 'make dist          a source archive'

check:
	@sh contrib/checks/suites $(SUITES:%=check-%)

check-rooms:
	@sh contrib/checks/rooms

UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
$(B)/unit: $(UNIT_SRC) $(wildcard tests/unit/*.h) $(B)/libculex.a
	$(CC) $(TEST_CFLAGS) -DVECTORS_DIR='"tests/vectors"' $(LDFLAGS) -o $@ $(UNIT_SRC) $(B)/libculex.a $(CHECK_LIBS) $(LIBS)
check-unit: $(B)/unit
	@sh tests/unit/run $(B)/unit

check-golden: $(B)/culex
	@CULEX=$(B)/culex sh tests/run
check-lint: $(B)/culex
	@CULEX=$(B)/culex sh tests/lint/run
check-bad: $(B)/culex
	@CULEX=$(B)/culex sh tests/bad/run
check-docs: $(B)/culex $(B)/aclcheck
	@CULEX=$(B)/culex sh tests/docs/run

FUZZERS := acl passwd conf dynsec
FUZZ_MODELS := tests/unit/model.c tests/unit/model_dynsec.c
FUZZ_COMMON := tests/fuzz/fuzz.c $(FUZZ_MODELS)
FUZZ_HEADERS := tests/fuzz/fuzz.h $(FUZZ_MODELS:.c=.h)
$(B)/replay-%: tests/fuzz/fuzz_%.c $(FUZZ_COMMON) $(FUZZ_HEADERS) tests/fuzz/replay.c $(B)/libculex.a
	$(CC) $(TEST_CFLAGS) $(LDFLAGS) -o $@ tests/fuzz/fuzz_$*.c $(FUZZ_COMMON) tests/fuzz/replay.c $(B)/libculex.a -lcjson $(LIBS)
check-fuzz-replay: $(FUZZERS:%=$(B)/replay-%)
	@sh tests/fuzz/replay-all $(B) $(FUZZERS)

$(B)/diff: $(wildcard tests/broker/*.c tests/broker/*.h)
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^) -lmosquitto -pthread
check-broker: $(B)/diff $(B)/culex
	@sh tests/broker/run $(B)/diff $(B)/culex

# Not one warning, with either compiler.
check-warnings:
	@for cc in gcc clang; do \
		$(MAKE) --no-print-directory -s -j 2 all B=build/strict-$$cc CC=$$cc CFLAGS='-O2 -Werror' || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }; \
	done
	@echo "2 passed, 0 failed, 0 skipped"

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# The limit is for what never ends; sanitizers make everything else five times as slow.
asan check-asan:
	@LIMIT=100 $(MAKE) --no-print-directory check B=build/asan CFLAGS='-O1 -g $(SANITIZE)' LDFLAGS='$(SANITIZE)'

# ---- fuzzing, measuring ----

FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined
build/fuzz/fuzz-%: tests/fuzz/fuzz_%.c $(FUZZ_COMMON) $(FUZZ_HEADERS) $(LIB_SRC)
	@$(MAKE) --no-print-directory build/fuzz/libculex.a B=build/fuzz CC=clang CFLAGS='$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link'
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer -std=c11 -Isrc -Ibuild/fuzz/gen -o $@ $< $(FUZZ_COMMON) build/fuzz/libculex.a -lcjson $(LIBS)
fuzz: $(FUZZERS:%=build/fuzz/fuzz-%)
	@for f in $(FUZZERS); do \
		mkdir -p build/fuzz/corpus-$$f && \
		build/fuzz/fuzz-$$f -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -dict=tests/fuzz/$$f.dict -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$f- build/fuzz/corpus-$$f tests/fuzz/seeds/$$f || exit 1; \
	done

BENCH_CFLAGS = $(TEST_CFLAGS) -Itests/bench
$(B)/bench/%: tests/bench/%.c tests/bench/gen.c tests/bench/gen.h $(B)/libculex.a
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $< tests/bench/gen.c $(B)/libculex.a $(LIBS) -lm
BENCHES := $(B)/bench/inprocess $(B)/bench/generate $(B)/bench/measure $(B)/bench/load $(B)/bench/json
bench: $(BENCHES) $(B)/culex
	@sh tests/bench/run $(B)
bench-check: $(B)/bench/generate $(B)/bench/json $(B)/culex
	@sh tests/bench/check $(B)

# ---- keeping the house ----

cover:
	@LIMIT=100 $(MAKE) --no-print-directory check SUITES="unit golden lint bad docs" B=build/cover CFLAGS="-O1 -g --coverage" LDFLAGS=--coverage
	@sh contrib/checks/coverage build/cover

C_FILES := $(sort $(wildcard src/*.[ch] src/*/*.[ch] src/*/*/*.[ch] tests/*/*.[ch]))
lint:
	clang-format --dry-run -Werror $(C_FILES)
	cppcheck -q --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --library=contrib/checks/cppcheck.cfg --suppressions-list=contrib/checks/cppcheck.suppress -Isrc -I$(B)/gen src
format:
	clang-format -i $(C_FILES)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include
	install -m 755 $(B)/culex $(DESTDIR)$(PREFIX)/bin/culex
	ln -sf culex $(DESTDIR)$(PREFIX)/bin/aclcheck
	install -m 644 $(B)/libculex.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(B)/libculex.so $(DESTDIR)$(PREFIX)/lib/
	install -m 644 src/culex.h $(DESTDIR)$(PREFIX)/include/
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/culex bin/aclcheck lib/libculex.a lib/libculex.so include/culex.h)

DIST := culex-$(VERSION)
dist:
	@mkdir -p build
	tar -czf build/$(DIST).tar.gz --transform 's,^,$(DIST)/,' Makefile README.md LICENSE CHANGELOG.md .ci .clang-format .gitignore \
		src grammars examples tests contrib
	@echo build/$(DIST).tar.gz

clean:
	rm -rf build
