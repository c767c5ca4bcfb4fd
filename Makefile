# Fensong. `make help` lists what can be made.
#
# Variants have a folder each: `make SANITIZE=address,undefined`, `make CC=clang`.

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
SBINDIR     ?= $(PREFIX)/sbin
LIBEXECDIR  ?= $(PREFIX)/libexec/fensong
DATADIR     ?= $(PREFIX)/share/fensong
LOCALEDIR   ?= $(PREFIX)/share/locale
MANDIR      ?= $(PREFIX)/share/man
SYSCONFDIR  ?= /etc
SYSTEMDDIR  ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
VERSION     := 1.0

SANITIZE ?=
comma    := ,
VARIANT  := $(if $(filter-out cc gcc,$(CC)),-$(notdir $(CC)))$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
BUILD    ?= build$(if $(VARIANT),/variant$(VARIANT))

PACKAGES := libconfig libcmark-gfm gmime-3.0 libmicrohttpd libsystemd sqlite3 jansson libidn2 \
            libcurl openssl glib-2.0 libseccomp libarchive libxml-2.0
DEBIAN_PACKAGES := gcc libc6-dev make pkg-config gettext libesmtp-dev libconfig-dev libcmark-gfm-dev \
    libcmark-gfm-extensions-dev libgmime-3.0-dev libmicrohttpd-dev libsystemd-dev libsqlite3-dev \
    libjansson-dev libidn2-dev libcsv-dev libunistring-dev libcurl4-openssl-dev libssl-dev \
    libglib2.0-dev libseccomp-dev libarchive-dev libxml2-dev
TEST_PACKAGES := python3 python3-pytest python3-pytest-xdist python3-aiosmtpd libcmocka-dev postfix openssl slapd procps util-linux mount
# Exim conflicts with Postfix: it is unpacked into $(BUILD), and what it loads is installed.
BENCH_PACKAGES := strace libidn12 libgnutls-dane0 libdb5.3 libpcre2-8-0 libnsl2
BENCH_PEERS    := exim4-daemon-light exim4-base mlmmj
LINT_PACKAGES := clang clang-tidy clang-format cppcheck

WARN := -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion -Wshadow -Wformat=2 -Wmissing-prototypes \
        -Wstrict-prototypes -Wvla -Wswitch-enum -Wpointer-arith -Wundef
OPTIMISE := $(if $(SANITIZE),-O1 -fno-omit-frame-pointer -fsanitize=$(SANITIZE),-O2 -D_FORTIFY_SOURCE=2)
CPPFLAGS += -D_GNU_SOURCE -Isrc -DG_DISABLE_DEPRECATED \
    -DLOCALE_DIR='"$(LOCALEDIR)"' -DLIBEXEC_DIR='"$(LIBEXECDIR)"' -DDATA_DIR='"$(DATADIR)"' \
    -DSYSCONF_DIR='"$(SYSCONFDIR)"' -DVERSION='"$(VERSION)"'
PACKAGE_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
CFLAGS  ?= -g
override CFLAGS += -std=gnu17 $(OPTIMISE) -fPIE -fstack-protector-strong $(WARN) $(PACKAGE_CFLAGS)
override LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LIBS = $(shell pkg-config --libs $(PACKAGES)) -lcmark-gfm-extensions -lesmtp -lcsv -lunistring -ldl

# What interposes libc's calls belongs to the sender alone (see src/smtp/wire.h).
WIRE_SOURCES := $(wildcard src/smtp/wire*.c)
SOURCES      := $(filter-out $(WIRE_SOURCES),$(wildcard src/*/*.c))
OBJECTS      := $(SOURCES:%.c=$(BUILD)/%.o)
WIRE_OBJECTS := $(WIRE_SOURCES:%.c=$(BUILD)/%.o)
LIBRARY      := $(BUILD)/libfensong.a
PROGRAMS     := $(BUILD)/fensongd $(BUILD)/fensong $(BUILD)/fensong-intake $(BUILD)/fensong-fetch \
                $(BUILD)/fensong-sender
MAINS        := $(wildcard daemon/*.c)

DATA_FILES := $(shell find conf/templates -type f 2>/dev/null) $(wildcard conf/*.conf)
CATALOGUES := $(wildcard conf/locale/zh_CN/*.po)

# `make V=1` shows the commands.
ifeq ($(V),)
    Q := @
    say = @echo "  $(1)  $(@:$(BUILD)/%=%)"
endif

.PHONY: all
all: $(PROGRAMS) $(BUILD)/locale/zh_CN/LC_MESSAGES/fensong.mo $(BUILD)/data/.made

# What knows where things are installed is compiled again when that changes.
PATHS := $(LOCALEDIR) $(LIBEXECDIR) $(DATADIR) $(SYSCONFDIR) $(VERSION)
$(shell mkdir -p $(BUILD) && { [ "$$(cat $(BUILD)/.paths 2>/dev/null)" = "$(PATHS)" ] || echo "$(PATHS)" > $(BUILD)/.paths; })
$(patsubst %.c,$(BUILD)/%.o,$(shell grep -lE '(LOCALE|LIBEXEC|DATA|SYSCONF)_DIR|VERSION' src/*/*.c daemon/*.c)): $(BUILD)/.paths

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/fensongd: $(BUILD)/daemon/fensongd.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/fensong: $(BUILD)/daemon/fensong.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/fensong-intake: $(BUILD)/daemon/intake.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/fensong-fetch: $(BUILD)/daemon/fetch.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/fensong-sender: $(BUILD)/daemon/sender.o $(WIRE_OBJECTS) $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/locale/zh_CN/LC_MESSAGES/fensong.mo: $(CATALOGUES)
	@mkdir -p $(@D)
	$(Q)msgcat --use-first $^ | msgfmt --check-format -o $@ -

# Shipped data, laid out beside the programs as it is installed in DATADIR.
$(BUILD)/data/.made: $(DATA_FILES)
	@mkdir -p $(@D)
	$(Q)cp -R conf/templates $(@D)/
	$(Q)cp $(wildcard conf/*.conf) $(@D)/
	@touch $@

# --- tests -----------------------------------------------------------------------------------------

UNIT_SOURCES  := $(wildcard tests/unit/*/*.c)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/tests/unit/%)

.PHONY: unit-programs
unit-programs: $(UNIT_PROGRAMS)

$(BUILD)/tests/unit/smtp/wire%: $(BUILD)/tests/unit/smtp/wire%.o $(WIRE_OBJECTS) $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# Everything that needs packages says which; `deps` installs what is missing, as root or by sudo, and
# asks no registry where nothing is.
INSTALL_PACKAGES = sh tests/packages.sh

.PHONY: deps deps-demo deps-check deps-bench deps-lint
deps:
	@$(INSTALL_PACKAGES) $(DEBIAN_PACKAGES)
deps-demo:
	@$(INSTALL_PACKAGES) $(DEBIAN_PACKAGES) python3 python3-aiosmtpd
deps-check:
	@$(INSTALL_PACKAGES) $(DEBIAN_PACKAGES) $(TEST_PACKAGES)
deps-bench: deps-check
	@$(INSTALL_PACKAGES) $(BENCH_PACKAGES)
	@sh tests/bench/unpack.sh $(BUILD)/tests/bench/peers $(BENCH_PEERS)
deps-lint:
	@$(INSTALL_PACKAGES) $(DEBIAN_PACKAGES) $(LINT_PACKAGES)

.PHONY: demo check bench fault lint format install help fuzz
demo: deps-demo
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@sh tests/demo.sh $(BUILD)

check: deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) all unit-programs $(REPLAYS) $(SHIM)
	@/usr/bin/python3 tests/run.py $(BUILD)

$(BUILD)/tests/bench/sink: tests/bench/sink.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu17 -O2 -Wall -Wextra -Werror -o $@ $<

# Fails or kills at calls that change files, for tests/fault.
SHIM := $(BUILD)/tests/fault/shim.so
$(SHIM): tests/fault/shim.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -g -O2 -fPIC -shared $(WARN) -o $@ $< -ldl

# Kills, full disks, faults at every call, hostile relays: the whole of it, most of an hour. The figures
# go to tests/fault/results.md.
FAULT_CYCLES ?= 1000
fault: deps-check
	@$(MAKE) --no-print-directory -s all $(SHIM)
	@FENSONG_BUILD=$(abspath $(BUILD)) FAULT_CYCLES=$(FAULT_CYCLES) FAULT_RESULTS=tests/fault/results.md \
	    /usr/bin/python3 -m pytest -q -p no:cacheprovider -n 3 tests/fault

# What fuzzing is fed with, or has found, is run once by each target.
REPLAYS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/src/smtp/wire_reply.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Longer, for those who change what is measured or parsed.
# BENCH="--quick", "--only fast --rounds 5": see tests/bench/run.py.
BENCH ?=
bench: deps-bench
	@$(MAKE) --no-print-directory -s all $(BUILD)/tests/bench/sink
	@/usr/bin/python3 tests/bench/run.py $(BUILD) $(BENCH)

FUZZ_SECONDS ?= 600
.PHONY: print-packages
print-packages:
	@echo $(PACKAGES)
fuzz: deps-lint
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS)

# Both compilers, warnings as errors, then the linters.
lint: deps-lint
	@$(MAKE) --no-print-directory all unit-programs
	@$(MAKE) --no-print-directory CC=clang all unit-programs
	@clang-tidy --quiet $(SOURCES) $(WIRE_SOURCES) $(MAINS) -- -std=gnu17 $(CPPFLAGS) $(PACKAGE_CFLAGS)
	@cppcheck --quiet --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
	    --suppressions-list=tests/cppcheck.suppressions \
	    -D'json_array_foreach(a,i,v)=while((v=json_array_get(a,i)))' \
	    -D'json_object_foreach(o,k,v)=while((v=json_object_get(o,k)))' --std=c11 -Isrc src daemon

format: deps-lint
	@clang-format -i $(shell find src daemon tests -name '*.[ch]')

INSTALL := install -D -m
install: all
	$(INSTALL) 755 $(BUILD)/fensongd $(DESTDIR)$(SBINDIR)/fensongd
	$(INSTALL) 755 $(BUILD)/fensong $(DESTDIR)$(BINDIR)/fensong
	$(INSTALL) 755 $(BUILD)/fensong-intake $(DESTDIR)$(LIBEXECDIR)/fensong-intake
	$(INSTALL) 755 $(BUILD)/fensong-fetch $(DESTDIR)$(LIBEXECDIR)/fensong-fetch
	$(INSTALL) 755 $(BUILD)/fensong-sender $(DESTDIR)$(LIBEXECDIR)/fensong-sender
	cd $(BUILD)/data && find . -type f ! -name .made ! -name fensong.conf \
	    -exec $(INSTALL) 644 {} $(abspath $(DESTDIR)$(DATADIR))/{} \;
	$(INSTALL) 644 $(BUILD)/locale/zh_CN/LC_MESSAGES/fensong.mo $(DESTDIR)$(LOCALEDIR)/zh_CN/LC_MESSAGES/fensong.mo
	for page in doc/man/*.[1-8]; do $(INSTALL) 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; done
	mkdir -p $(DESTDIR)$(SYSTEMDDIR)
	sed 's|@SBINDIR@|$(SBINDIR)|' systemd/fensongd.service > $(DESTDIR)$(SYSTEMDDIR)/fensongd.service
	$(INSTALL) 644 systemd/fensong.sysusers $(DESTDIR)$(SYSUSERSDIR)/fensong.conf
	$(INSTALL) 644 systemd/fensong.tmpfiles $(DESTDIR)$(TMPFILESDIR)/fensong.conf
	# What an administrator has changed stays.
	test -e $(DESTDIR)$(SYSCONFDIR)/fensong/fensong.conf || \
	    $(INSTALL) 644 conf/fensong.conf $(DESTDIR)$(SYSCONFDIR)/fensong/fensong.conf
	for file in conf/groups.d/*; do $(INSTALL) 644 $$file $(DESTDIR)$(DATADIR)/examples/groups.d/$${file##*/} || exit; done
	mkdir -p $(DESTDIR)$(SYSCONFDIR)/fensong/groups.d

help:
	@echo "make           the programs, in $(BUILD)/"
	@echo "make demo      all set-up, and the real issue sent to a server on this machine"
	@echo "make check     all set-up, and all tests"
	@echo "make deps      the Debian packages that the build needs"
	@echo "make install   with PREFIX and DESTDIR"
	@echo "make fault     kills, broken disks, a fault at every call, hostile relays; FAULT_CYCLES, FAULT_SEED"
	@echo "make fuzz      each target for FUZZ_SECONDS (600), over the corpus in tests/fuzz/corpus"
	@echo "make bench     measures it beside others, a quarter of an hour; BENCH=--quick, BENCH=\"--only fast\""
	@echo "make lint, make format"
	@echo "Variants: make SANITIZE=address,undefined; make CC=clang"

.PHONY: clean
clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(WIRE_OBJECTS:.o=.d) $(MAINS:%.c=$(BUILD)/%.d) $(UNIT_PROGRAMS:=.d)
.SECONDARY:
