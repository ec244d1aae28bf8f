"""irsa.h, read: its structs, its callbacks, and its functions with their comments. It is cbindgen's, hence regular."""

import re


class Argument:
    """An argument of a function, or a member of a struct."""

    def __init__(self, text):
        text = re.sub(r"\b(struct|enum) ", "", " ".join(text.split()))
        inline = re.fullmatch(r".*\(\*(\w+)\)\s*\(.*\)", text)
        if inline:
            self.type, self.name = "callback", inline[1]
        else:
            self.type, self.name = re.fullmatch(r"(.*?)\s*(\w+)(?:\[\w*\])?", text).groups()
            self.type = re.sub(r"\s*\*\s*", " *", self.type).replace("* *", "**").strip()
        self.is_pointer = "*" in self.type
        # What it points to, without const: `char *` of `const char *const *`.
        self.pointee = re.sub(r"\bconst\b", "", self.type).replace(" ", "")[:-1] if self.is_pointer else None
        self.is_const = self.type.startswith("const ")

    def __repr__(self):
        return f"{self.type} {self.name}"


class Function:
    def __init__(self, comment, result, name, arguments):
        self.comment, self.name = comment, name
        self.result = Argument(result + " result")
        self.arguments = [Argument(a) for a in split(arguments)]
        # Of those that can fail: a number, and an error last.
        self.fails = bool(self.arguments) and self.arguments[-1].type == "irsa_error **"
        self.frees = name.endswith("_free")
        # Functions that its comment refers to for the rest; the one before it, for "likewise".
        self.same, self.before = [], None

    def example(self):
        """The lines of its comment that are C."""
        return [line[4:] for line in self.comment if line.startswith("    ")]

    def nothing(self):
        """What it gives for NULL, if it is a number: as its comment says, else 0."""
        text = " ".join(line for line in self.comment if not line.startswith("    "))
        said = re.findall(r"(?:`(IRSA_\w+)`|(?<![\w.])(-1|0)\b)(?=[^.]*\bfor NULL)", text)
        if said:
            return said[-1][0] or said[-1][1]
        return self.before.nothing() if self.before and "likewise" in text else "0"

    def optional(self, argument):
        """Whether its comment, or a rule, says that an argument may be NULL."""
        if argument.type == "irsa_error **" or argument.pointee == "void":
            return True
        text = " ".join(line for line in self.comment if not line.startswith("    "))
        sentences = re.split(r"(?<=[.;])\s", text)
        if any("NULL" in s and f"`{argument.name}`" in s for s in sentences):
            return True
        return (len(self.arguments) == 1 and "NULL is fine" in text) or any(
            other.optional(same) for other in self.same for same in other.arguments if same.name == argument.name
        )


class Header:
    def __init__(self, text):
        comments = r"/\*.*?\*/"
        bare = re.sub(comments, "", text, flags=re.S)
        self.opaque = set(re.findall(r"^typedef struct (\w+) \1;", bare, flags=re.M))
        self.structs = {
            name: [Argument(member) for member in members.split(";") if member.strip()]
            for name, members in re.findall(r"^typedef struct (\w+) \{\n([^{}]*)\}", bare, flags=re.M)
        }
        self.enums = {
            name: re.findall(r"(\w+) = (-?\d+)", members)
            for name, members in re.findall(r"^typedef enum (\w+) \{\n([^{}]*)\}", bare, flags=re.M)
        }
        self.callbacks = {
            name: (result.strip(), split(" ".join(arguments.split())))
            for result, name, arguments in re.findall(r"^typedef ([^;()]*)\(\*(\w+)\)\(([^;]*?)\);", bare, flags=re.M)
        }
        found = re.finditer(
            rf"/\*\*((?:(?!\*/).)*)\*/\s*^((?:const )?(?:struct )?\w+(?: \*+| )(?:const \*)?)(irsa_\w+)\(([^;{{}}]*)\);", text, flags=re.S | re.M
        )
        self.functions = [
            Function([re.sub(r"^ \* ?", "", line) for line in m[1].splitlines()], m[2], m[3], m[4]) for m in found
        ]
        by_name = {function.name: function for function in self.functions}
        for before, function in zip([None, *self.functions], self.functions):
            function.before = before
            names = re.findall(r"\bas (?:in |for |of )?`(irsa_\w+)`", " ".join(function.comment))
            function.same = [by_name[n] for n in names if n in by_name and n != function.name]
        # Found in another way, so that a prototype that is not understood is not passed over.
        outside = re.sub(r"static inline[^{]*\{.*?^\}", "", bare, flags=re.S | re.M)
        self.prototypes = set(re.findall(r"^(?!typedef)[a-z][\w *]*?\b(irsa_\w+)\(", outside, flags=re.M))


def split(arguments):
    """At the commas that are in no parentheses."""
    if arguments.strip() in ("", "void"):
        return []
    parts, depth = [""], 0
    for character in arguments:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
