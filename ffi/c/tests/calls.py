"""Writes a call of every function in irsa.h, with arguments that are made up: generated/calls.h says of what.

    static long long call_irsa_x(unsigned null)     `null`: which arguments are NULL, a bit for each

A call checks what the header's rules say of all: an error where it failed and there alone, outputs untouched by a failure.
"""

import re

SCALARS = "int unsigned size_t bool char int8_t uint8_t int16_t uint16_t int32_t uint32_t int64_t uint64_t double".split()
TEXTS = {"irsa_str": "make_str", "irsa_bytes": "make_bytes"}
COUNT = re.compile(r"\w*(count|len|length|size|room|capacity)$")


def calls(header):
    return Calls(header).text()


class Calls:
    def __init__(self, header):
        self.header = header
        self.out = []

    def text(self):
        header = self.header
        self.out = ["/* Made by symbols.py. */", '#include "generated/calls.h"', ""]
        for name, (result, arguments) in header.callbacks.items():
            self.stub(name, result, arguments)
        for name in header.structs:
            if name not in TEXTS:
                self.out += [f"static inline void fill_{name}({name} *it);", f"static inline {name} *made_{name}(void);"]
        for name in sorted(header.opaque):
            self.out.append(f"static inline {name} *make_{name}(void);")
        for name, members in header.structs.items():
            if name not in TEXTS:
                self.fill(name, members)
        for function in header.functions:
            self.out.append(f"static long long call_{function.name}(unsigned null);")
        for name in sorted(header.opaque):
            self.make(name)
        for function in header.functions:
            self.call(function)
        self.out.append("static const struct call all_calls[] = {")
        for function in header.functions:
            pointers = self.mask(function, lambda a: self.nullable(a))
            optional = self.mask(function, lambda a: function.optional(a))
            takes = int(any(self.takes_bytes(a) for a in function.arguments))
            is_number = function.result.type in SCALARS and not function.fails
            self.out.append(
                f'    {{"{function.name}", call_{function.name}, {pointers:#x}u, {optional:#x}u, '
                f"{int(function.fails)}, {int(function.frees)}, {takes}, {function.nothing() if is_number else 0}}},"
            )
        self.out += ["};", ""]
        return "\n".join(self.out)

    def nullable(self, argument):
        return (argument.is_pointer and argument.pointee != "void") or argument.type in (*self.header.callbacks, "callback")

    def mask(self, function, which):
        return sum(1 << at for at, a in enumerate(function.arguments) if self.nullable(a) and which(a))

    def takes_bytes(self, argument, depth=0):
        """Whether text or bytes of the caller's are in it."""
        kind = argument.pointee if argument.is_pointer else argument.type
        kind = kind.rstrip("*")
        if argument.type.count("*") == 2 and not argument.is_const:
            return False
        if kind in TEXTS or (kind in ("char", "uint8_t") and argument.is_const):
            return True
        return depth < 3 and any(self.takes_bytes(m, depth + 1) for m in self.header.structs.get(kind, []))

    def stub(self, name, result, arguments):
        """A function of the program's, which does nothing and says 0."""
        result = re.sub(r"\bstruct ", "", result).strip()
        named = ", ".join(arguments) or "void"
        self.out.append(f"static inline {result} stub_{name}({named}) {{")
        for argument in arguments:
            found = re.search(r"(\w+)$", argument.strip())
            if found and found[1] not in ("void", *SCALARS):
                self.out.append(f"    (void){found[1]};")
        if result != "void":
            self.out += [f"    {result} nothing;", "    memset(&nothing, 0, sizeof nothing);", "    return nothing;"]
        self.out += ["}", ""]

    # A struct of the caller's.

    def fill(self, name, members):
        self.out += [f"static inline void fill_{name}({name} *it) {{", "    memset(it, 0, sizeof *it);"]
        skip = None
        for at, member in enumerate(members):
            if member is skip:
                continue
            to = f"it->{member.name}"
            after = members[at + 1] if at + 1 < len(members) else None
            counted = after is not None and after.type == "size_t" and COUNT.match(after.name)
            if at == 0 and member.type == "size_t" and member.name == "size":
                self.out.append(f"    {to} = sizeof *it;")
            elif member.is_pointer and counted:
                skip = after
                self.out += [f"    {to} = {self.array(member)};", f"    it->{after.name} = {self.array_count(member)};"]
            else:
                value = self.value(member, to)
                if value:
                    self.out.append(f"    {value}")
        self.out += ["}", "", f"static inline {name} *made_{name}(void) {{"]
        self.out += [f"    {name} *it = ({name} *)make_memory(sizeof *it);", f"    fill_{name}(it);", "    return it;", "}", ""]

    def value(self, argument, to):
        """A statement that gives it a value; None where zero has to do."""
        kind, name = argument.type, argument.name
        if kind in TEXTS:
            return f'{to} = {TEXTS[kind]}("{name}");'
        if kind in self.header.structs:
            return f"fill_{kind}(&{to});"
        if kind in self.header.callbacks:
            return f"{to} = stub_{kind};"
        if kind in SCALARS or kind in self.header.enums:
            return f'{to} = ({kind})make_number("{name}");'
        if argument.pointee == "char" and argument.is_const:
            return f'{to} = make_text("{name}");'
        if argument.pointee == "char*" and "*const" in argument.type:
            return f'{to} = make_texts("{name}");'
        if argument.is_pointer and argument.pointee in self.header.opaque:
            return f"{to} = make_{argument.pointee}();"
        if argument.is_pointer and argument.pointee in self.header.structs:
            return f"{to} = {self.array(argument)};"
        return None

    def array(self, argument):
        """An array of one, or bytes; `array_count` follows it."""
        if argument.pointee == "char*":
            return f'make_texts("{argument.name}")'
        if argument.pointee in ("char", "uint8_t"):
            return f'(const {argument.pointee} *)make_data("{argument.name}")'
        if argument.pointee in self.header.structs:
            return f"made_{argument.pointee}()"
        return "NULL"

    def array_count(self, argument):
        if argument.pointee in ("char", "uint8_t"):
            return "made_length"
        return "1" if argument.pointee == "char*" or argument.pointee in self.header.structs else "0"

    # A handle of irsa's.

    def make(self, name):
        """By whichever function leaves one, those that need the fewest others first."""
        header = self.header

        def weight(function):
            return sum(a.is_pointer and a.type.count("*") == 1 and a.pointee in header.opaque for a in function.arguments)

        makers = [
            f
            for f in header.functions
            if f.fails and name != "irsa_error"
            and any(a.type == f"{name} **" for a in f.arguments)
            and not any(a.type in (f"const {name} *", f"{name} *") for a in f.arguments)
        ]
        makers.sort(key=weight)
        has_free = any(f.name == f"{name}_free" for f in header.functions)
        if has_free:
            self.out += [f"static inline void drop_{name}(void *it) {{", f"    {name}_free(({name} *)it);", "}", ""]
        self.out.append(f"static inline {name} *make_{name}(void) {{")
        if name == "irsa_error":
            self.out += ["    irsa_error *made = NULL;", "    irsa_code_fix(-1, NULL, &made);", "    return (irsa_error *)keep(made, drop_irsa_error);"]
        elif makers and has_free:
            tries = ", ".join(f"call_{f.name}" for f in makers[:8])
            self.out += [
                f"    static long long (*const makers[])(unsigned) = {{{tries}}};",
                f'    return ({name} *)keep(make_by("{name}", makers, sizeof makers / sizeof *makers), drop_{name});',
            ]
        else:
            self.out += ["    return NULL;"]
        self.out += ["}", ""]

    # A call.

    def call(self, function):
        lines, after, passed = [], [], []
        skip = None
        arguments = function.arguments
        for at, a in enumerate(arguments):
            v, given = f"a{at}", f"(null >> {at} & 1u) == 0"
            passed.append(v)
            if a is skip:
                continue
            follows = arguments[at + 1] if at + 1 < len(arguments) else None
            counted = follows is not None and follows.type == "size_t" and COUNT.match(follows.name)
            # A text that is read is a C string, whatever follows it.
            counted = counted and not (a.is_const and a.pointee == "char")
            stars = a.type.count("*")
            if a.type == "irsa_error **":
                lines += [f"    irsa_error *o{at} = (irsa_error *)unset;", f"    irsa_error **{v} = {given} ? &o{at} : NULL;"]
                after.append(f'    if ({v} != NULL) error_is("{function.name}", value, o{at});')
            elif stars == 2 and a.pointee[:-1] in self.header.opaque and not a.is_const:
                kind = a.pointee[:-1]
                lines += [f"    {kind} *o{at} = ({kind} *)unset;", f"    {kind} **{v} = {given} ? &o{at} : NULL;"]
                status = "value" if function.fails else f"o{at} == unset"
                after += [
                    f'    if ({v} != NULL && output_is("{function.name}", {status}, o{at}) && !wanted("{kind}", o{at}))',
                    f"        drop_{kind}(o{at});",
                ]
            elif a.pointee == "void":
                lines.append(f"    {a.type}{v} = NULL;")
            elif a.is_pointer and counted and not a.is_const and a.pointee in ("char", "uint8_t"):
                skip = follows
                lines += [f"    {a.type}{v} = {given} ? ({a.type})make_room() : NULL;", f"    size_t a{at + 1} = made_length;"]
            elif a.is_pointer and counted and a.is_const and self.array(a) != "NULL":
                skip = follows
                lines += [f"    {a.type}{v} = {given} ? {self.array(a)} : NULL;", f"    size_t a{at + 1} = {self.array_count(a)};"]
            elif a.is_pointer and not a.is_const and (a.pointee in SCALARS or a.pointee in self.header.enums or stars == 2):
                # A number, or something lent.
                kind = a.type[:-1].strip()
                lines += [f"    {kind} o{at} = ({kind})0x5a;" if stars == 1 else f"    {kind} o{at} = ({kind})unset;"]
                lines += [f"    {a.type}{v} = {given} ? &o{at} : NULL;"]
                check = f"o{at} == ({kind})0x5a" if stars == 1 else f"(const void *)o{at} == unset"
                if function.fails:
                    after.append(f'    if ({v} != NULL) untouched("{function.name}", value, {check});')
            elif a.is_pointer and stars == 2 and a.is_const and "*const" not in a.type:
                kind = a.type[:-1].strip()
                lines += [f"    {kind} o{at} = ({kind})unset;", f"    {a.type}{v} = {given} ? &o{at} : NULL;"]
                if function.fails:
                    after.append(f'    if ({v} != NULL) untouched("{function.name}", value, (const void *)o{at} == unset);')
            else:
                whole = a.type.replace("const ", "") if not a.is_pointer else a.type
                lines += [f"    {whole}{'' if a.is_pointer else ' '}{v};", f"    memset(&{v}, 0, sizeof {v});"]
                value = self.value(a, v)
                if value and self.nullable(a):
                    lines.append(f"    if ({given}) {value}")
                elif value:
                    lines.append(f"    if (null != ~0u) {value}" if a.type in self.header.structs else f"    {value}")
        if function.frees:
            after.append("    kept_is_gone(a0);")
        called = f"{function.name}({', '.join(passed)})"
        result = function.result
        if result.type == "void":
            value = f"{called}; value = 0;"
        elif result.is_pointer and not result.is_const and result.pointee in self.header.opaque:
            value = f"{{ {result.pointee} *got = {called}; value = got != NULL; if (got != NULL) drop_{result.pointee}(got); }}"
        elif result.is_pointer:
            value = f"value = {called} != NULL;"
        elif result.type in self.header.structs:
            value = f"{{ {result.type} got = {called}; value = any_set(&got, sizeof got); }}"
        else:
            value = f"value = (long long){called};"
        self.out += [f"static long long call_{function.name}(unsigned null) {{", "    long long value;", "    size_t mark = kept_so_far();"]
        self.out += ["    (void)null;", *lines, f'    arm("{function.name}");', f"    {value}", *after]
        self.out += ["    let_go(mark);", "    return value;", "}", ""]
