#!/usr/bin/env python3
"""What the documentation shows is compiled and run, and the Chinese pages say what the English ones say.

  test-docs.py BUILD [PAGE…]      all pages of docs/ (or those named), tests/docs/faults/, README; the last line counts
  test-docs.py BUILD --update     writes what programs and commands print into the pages, and the code blocks of docs/*.md
                                  into docs/zh-CN/*.md, to be read and committed

A C block with a main is compiled as it stands, with nothing but what `pkg-config cynamo` says, and must print the `text`
block that comes next. One that takes a URL (argv) runs on memory:, on a file and on a server. The commands of a `console`
block ("$ " begins one, "> " goes on with it) run in one bash for each page and must print what stands below them. All of a
page runs in a folder of its own, which is its HOME; port 8000 stands for a free one. docs/command-line.md has a test of its
own for its console blocks (tests/cli/test_documentation.py). Comments directly above a block, or <!-- server --> anywhere
in the page, say more:

  <!-- in: NAME -->           the C block stands in tests/docs/NAME.c at "/* snippet */"; an ellipsis in its code is a return,
                            on a line of its own nothing
  <!-- file: NAME -->         the block is a file of the page's folder, or goes on with it
  <!-- run -->                the sh or python block is run, and must end with status 0
  <!-- not run: REASON -->    and so it is not
  <!-- server -->             a server on memory: answers on the page's port

Blocks of C, console and sh that are not run, and have no reason for it, are faults."""
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAPTERS = ["quick-start.md", "profiles-and-credentials.md", "high-level-api.md", "low-level-api.md", "exceptions.md",
            "migration-api.md", "default-configuration.md", "signals.md", "access-keys-per-model.md",
            "local-development.md"]
MUST_RUN = ("c", "console", "sh", "python")
TESTED_ELSEWHERE = {("command-line.md", "console")}
PORT = "8000"
CHAPTER_HAS = "a chapter has a whole program, and shows what it prints"


class Block:
    """A fenced block: its language, its text, what the comments above it say, and its first line's number."""

    def __init__(self, language, line):
        self.language, self.line, self.text, self.marks = language, line, "", {}
        self.output = None  # the text block that shows what this one prints

    def is_program(self):
        return self.language == "c" and re.search(r"\bint main\(", self.text) is not None


class Page:
    """A Markdown file as its blocks, headings, table rows, links and `code` in the prose."""

    def __init__(self, path):
        self.path, self.blocks, self.headings, self.prose = path, [], [], ""
        self.text = path.read_text(encoding="utf-8")
        self.rows, self.has_server = 0, False
        self.parse()

    def parse(self):
        block, marks, last = None, {}, None
        for number, line in enumerate(self.text.split("\n"), 1):
            mark = re.fullmatch(r"<!--\s*([a-z ]+?)\s*(?::\s*(.*?))?\s*-->", line)
            if block is not None:
                if line == "```":
                    block = None
                else:
                    block.text += line + "\n"
            elif line.startswith("```"):
                block = Block(line[3:].strip(), number)
                block.marks, marks = marks, {}
                self.blocks.append(block)
                if block.language == "text" and last is not None:
                    last.output = block
                last = block if block.language in MUST_RUN else None
            elif mark and mark[1] == "server":
                self.has_server = True
            elif mark:
                marks[mark[1]] = mark[2] or ""
            else:
                if line.strip():
                    marks = {}
                if re.match(r"#+ ", line):
                    self.headings.append(len(line.split(" ")[0]))
                    last = None
                self.rows += line.startswith("|")
                self.prose += line + "\n"

    def links(self):
        return re.findall(r"\]\(([^)#\s]+)[^)]*\)", self.prose)

    def code(self):
        return set(re.findall(r"`+[^`\n]+`+", self.prose))

    def replace(self, block, text):
        """Writes `text` where the block's text stands."""
        lines = self.path.read_text(encoding="utf-8").split("\n")
        before, after = lines[:block.line], lines[block.line + block.text.count("\n"):]
        self.path.write_text("\n".join(before + text.split("\n")[:-1] + after), encoding="utf-8")


class Report:
    def __init__(self):
        self.passed, self.faults = 0, []

    def check(self, is_good, where, what):
        if is_good:
            self.passed += 1
        else:
            self.faults.append(f"{where}: {what}")
        return is_good


class House:
    """What a reader has: the library and the program, installed into a folder."""

    def __init__(self, build, work):
        self.work, self.prefix = work, work / "prefix"
        subprocess.run(["cmake", "--install", str(build), "--prefix", str(self.prefix)], check=True,
                       stdout=subprocess.DEVNULL)
        lib = next(self.prefix.rglob("cynamo.pc")).parent
        venv = subprocess.run([ROOT / "tools/test-venv.sh", ROOT / "build/venv"], check=True, capture_output=True,
                              text=True).stdout.strip()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CYNAMO_"))}
        self.environment = {**kept, "PKG_CONFIG_PATH": str(lib), "LD_LIBRARY_PATH": str(lib.parent), "LC_ALL": "C.UTF-8",
                            "PATH": f"{self.prefix}/bin:{venv}/bin:{os.environ['PATH']}", "NO_COLOR": "1",
                            "AWS_EC2_METADATA_DISABLED": "true", "ASAN_OPTIONS": "verify_asan_link_order=0"}
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "cynamo"], check=True, capture_output=True, text=True,
                               env=self.environment).stdout
        self.flags = shlex.split(flags)

    def compile(self, source, program, warnings):
        return subprocess.run(["gcc", "-std=c17", *warnings, str(source), *self.flags, "-o", str(program)],
                              capture_output=True, text=True, timeout=120).stderr


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


class Server:
    def __init__(self, house, port="0"):
        self.process = subprocess.Popen([house.prefix / "bin/cynamo", "serve", "memory:", "--port", port, "-sharedDb",
                                         "--quiet"], stdout=subprocess.PIPE, text=True, env=house.environment)
        self.url = re.search(r"http://\S+", self.process.stdout.readline())[0]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def without_dots(code):
    """An ellipsis in code stands for what a program does about an error, alone on a line for more code; in comments and
    strings it is a character."""
    code = re.sub(r"(?m)^ *…$", "", code)
    parts = re.split(r'(/\*.*?\*/|"(?:\\.|[^"\\\n])*")', code, flags=re.S)
    return "".join(part if i % 2 else part.replace("…", "return 1;") for i, part in enumerate(parts))


def commands(block):
    """(source lines, command) of a console block, then what stands below it is its output."""
    for part in re.split(r"(?m)^(?=\$ )", block):
        if part:
            lines = part.split("\n")
            count = 1
            while count < len(lines) and lines[count].startswith("> "):
                count += 1
            yield lines[:count], "\n".join(line[2:] for line in lines[:count])


class Player:
    """Runs what one page shows."""

    def __init__(self, house, page, report, is_update):
        self.house, self.page, self.report, self.is_update = house, page, report, is_update
        self.name = str(page.path.relative_to(ROOT))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=page.path.stem + "-", dir=house.work))
        self.port = free_port()
        self.environment = {**house.environment, "HOME": str(self.folder)}
        self.outputs = []  # (block, text that it should have), for --update

    def where(self, block):
        return f"{self.name}:{block.line}"

    def outside(self, text):
        """A block's text with the page's own port."""
        return re.sub(rf"\b{PORT}\b", self.port, text)

    def inside(self, text):
        return re.sub(r"after \d+ ms", "after 0 ms", re.sub(rf"\b{self.port}\b", PORT, text)).replace(str(self.folder), "~")

    def compare(self, block, shown, got, what):
        is_same = shown is not None and shown.text == got
        if not is_same and self.is_update and shown is not None:
            self.outputs.append((shown, got))
            is_same = True
        wanted = "no text block follows" if shown is None else f"the page says\n{shown.text}"
        return self.report.check(is_same, self.where(block), f"{what} prints\n{got}and {wanted}")

    def write_files(self):
        for block in self.page.blocks:
            if "file" in block.marks:
                path = self.folder / block.marks["file"]
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("a", encoding="utf-8") as out:
                    out.write(self.outside(block.text))
                self.report.passed += block.language not in MUST_RUN

    def run_program(self, *command):
        try:
            done = subprocess.run(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
            return self.inside(done.stdout), done.returncode
        except subprocess.TimeoutExpired:
            return "nothing for a minute\n", 1

    def compile_and_run(self, block):
        harness, warnings, source = block.marks.get("in"), ["-Wall", "-Wextra", "-Werror"], block.text
        if harness is not None:
            path = ROOT / "tests/docs" / f"{harness}.c"
            if not self.report.check(path.is_file(), self.where(block), f"there is no tests/docs/{harness}.c"):
                return
            line = f'#line {block.line + 1} "{self.name}"\n'
            source = path.read_text(encoding="utf-8").replace("/* snippet */\n", line + without_dots(source) + "#line 1 \"harness\"\n")
            warnings += ["-I", str(path.parent), "-Wno-unused-variable", "-Wno-unused-function", "-Wno-unused-but-set-variable", "-Wno-unused-parameter"]
        file = self.folder / f"block-{block.line}.c"
        program = file.with_suffix("")
        file.write_text(self.outside(source), encoding="utf-8")
        said = self.house.compile(file, program, warnings)
        if not self.report.check(program.exists(), self.where(block), f"does not compile:\n{said}"):
            return
        self.run_everywhere(block, program, "argv" in block.text)

    def run_python(self, block):
        file = self.folder / f"block_{block.line}.py"
        file.write_text(self.outside(block.text), encoding="utf-8")
        got, status = self.run_program("python3", "-B", file)
        self.report.check(status == 0, self.where(block), f"ended with status {status}, and printed\n{got}")
        if block.output is not None:
            self.compare(block, block.output, got, "the program")

    def run_everywhere(self, block, program, takes_url):
        got, status = self.run_program(program, "memory:")
        self.report.check(status == 0, self.where(block), f"ended with status {status}, and printed\n{got}")
        if block.is_program() or block.output is not None:
            self.compare(block, block.output, got, "the program")
        if not takes_url or status != 0:
            return
        on_file, _ = self.run_program(program, f"file:{self.folder}/store-{block.line}")
        self.report.check(on_file == got, self.where(block), f"on a file it prints\n{on_file}and on memory\n{got}")
        server = Server(self.house)
        on_server, _ = self.run_program(program, server.url)
        server.stop()
        self.report.check(on_server == got, self.where(block), f"on a server it prints\n{on_server}and on memory\n{got}")

    def run_session(self, blocks):
        """All commands of the page in one bash: what each prints, and its status. \\x1d and \\x1e stand between them."""
        script, count = "", 0
        for block in blocks:
            for _, command in commands(block.text) if block.language == "console" else [(None, block.text)]:
                script += self.outside(command).rstrip("\n") + "\n" + "printf '\\035%d\\036' $?\n"
                count += 1
        bash = subprocess.Popen(["bash", "-c", script], cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                                env={**self.environment, "CYNAMO_URL": f"http://127.0.0.1:{self.port}"})
        limit = threading.Timer(90, self.end, [bash])
        limit.start()
        got = bash.stdout.read() if not self.is_background(script) else self.read_until(bash, count)
        limit.cancel()
        self.end(bash)
        bash.wait(20)
        return [(*part.split("\x1d"), "")[:2] for part in self.inside(got).split("\x1e")]

    @staticmethod
    def end(bash):
        """Ends what the page has started, and not ended itself."""
        try:
            os.killpg(bash.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass

    @staticmethod
    def is_background(script):
        return re.search(r"&\s*$", script, re.M) is not None

    @staticmethod
    def read_until(bash, count):
        """A server in the background holds the pipe open: so not until its end, but until the last command's."""
        got = ""
        while got.count("\x1e") < count:
            one = bash.stdout.read(1)
            if not one:
                break
            got += one
        return got

    def play_session(self):
        blocks = [block for block in self.page.blocks if "not run" not in block.marks and
                  (block.language == "console" or (block.language == "sh" and "run" in block.marks)) and
                  (self.page.path.name, block.language) not in TESTED_ELSEWHERE]
        if not blocks:
            return
        printed = self.run_session(blocks)
        for block in blocks:
            if block.language == "sh":
                got, status = printed.pop(0) if printed else ("", "no end")
                self.report.check(status == "0", self.where(block), f"ended with status {status}, and printed\n{got}")
                if block.output is not None:
                    self.compare(block, block.output, got, "the script")
                continue
            played = ""
            for source, _ in commands(block.text):
                played += "\n".join(source) + "\n" + (printed.pop(0)[0] if printed else "(the session had ended)\n")
            self.compare(block, block, played, "the session")

    def check_marks(self):
        if self.page.path.name == "README.md":
            return  # it may show what nobody runs
        for block in self.page.blocks:
            is_run = (block.is_program() or "in" in block.marks or "file" in block.marks or block.language == "console" or
                      "run" in block.marks)
            if block.language in MUST_RUN:
                self.report.check(is_run or block.marks.get("not run"), self.where(block),
                                  f"a {block.language} block that is neither run nor says <!-- not run: why -->")
        if self.page.path.name in CHAPTERS:
            shown = [block for block in self.page.blocks if block.is_program() and block.output is not None]
            self.report.check(shown and not any("not run" in block.marks for block in shown), self.name, CHAPTER_HAS)

    def play(self):
        self.check_marks()
        self.write_files()
        server = Server(self.house, self.port) if self.page.has_server else None
        for block in self.page.blocks:
            if block.language == "c" and "not run" not in block.marks and (block.is_program() or "in" in block.marks):
                self.compile_and_run(block)
            if block.language == "python" and "run" in block.marks:
                self.run_python(block)
        self.play_session()
        if server is not None:
            server.stop()
        for block, text in reversed(sorted(self.outputs, key=lambda one: one[0].line)):
            self.page.replace(block, text)


def check_links(page, report):
    for link in page.links():
        if not re.match(r"[a-z]+:", link):
            report.check((page.path.parent / link).exists(), page.path.relative_to(ROOT), f"a link to {link}, which is not there")


def check_translation(english, chinese, report, is_update=False):
    """The same headings, tables, links, `code` and code blocks; README's prose is free to say it in other words."""
    where = chinese.relative_to(ROOT)
    if not report.check(chinese.is_file(), where, "is not there"):
        return
    one, other = Page(english), Page(chinese)
    if is_update and len(one.blocks) == len(other.blocks):
        for block, translated in reversed(list(zip(one.blocks, other.blocks))):
            other.replace(translated, block.text)
        other = Page(chinese)
    check_links(other, report)
    report.check(one.headings == other.headings, where, f"headings of levels {other.headings}, in English {one.headings}")
    ours, theirs = [(b.language, b.text) for b in one.blocks], [(b.language, b.text) for b in other.blocks]
    report.check(len(ours) == len(theirs), where, f"{len(theirs)} code blocks, in English {len(ours)}")
    for number, (a, b) in enumerate(zip(ours, theirs)):
        report.check(a == b, f"{where}:{other.blocks[number].line}", f"not the block of {english.name}:{one.blocks[number].line}")
    report.check(one.rows == other.rows, where, f"{other.rows} lines of tables, in English {one.rows}")
    if english.name != "README.md":
        names = [{re.sub(r".*/", "", link) for link in page.links()} for page in (one, other)]
        report.check(names[0] == names[1], where, f"other links: {sorted(names[0] ^ names[1])}")
        missing, more = one.code() - other.code(), other.code() - one.code()
        report.check(not missing and not more, where,
                     f"without {', '.join(sorted(missing)) or 'nothing'}; in English there is no {', '.join(sorted(more)) or 'more'}")


def check_faults(house, report):
    """tests/docs/faults: pages that must be refused, each with the words that its first line expects."""
    for path in sorted((ROOT / "tests/docs/faults").glob("*.md")):
        expected = re.match(r"<!-- expect: (.*?) -->", path.read_text(encoding="utf-8"))[1]
        own = Report()
        if path.with_suffix(".zh").is_file():
            check_translation(path, path.with_suffix(".zh"), own)
        else:
            check_links(Page(path), own)
            Player(house, Page(path), own, False).play()
        report.check(any(expected in fault for fault in own.faults), path.relative_to(ROOT),
                     f"should be refused with “{expected}”, was with {own.faults}")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--update"]
    is_update, wanted, report = "--update" in sys.argv, arguments[1:], Report()
    pages = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
    pages = [path for path in pages if not wanted or path.name in wanted]
    with tempfile.TemporaryDirectory(prefix="cynamo-docs-") as work:
        house = House(pathlib.Path(arguments[0]).resolve(), pathlib.Path(work))
        for path in pages:
            page = Page(path)
            check_links(page, report)
            Player(house, page, report, is_update).play()
        if not wanted:
            check_faults(house, report)
    for name in CHAPTERS:
        if not wanted or name in wanted:
            check_translation(ROOT / "docs" / name, ROOT / "docs/zh-CN" / name, report, is_update)
    if not wanted or "README.md" in wanted:
        check_translation(ROOT / "README.md", ROOT / "README.zh-CN.md", report, is_update)
    for fault in report.faults:
        print(f"FAIL {fault}")
    print(f"{report.passed} passed, {len(report.faults)} failed")
    return 1 if report.faults or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
