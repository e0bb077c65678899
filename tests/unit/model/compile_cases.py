#!/usr/bin/env python3
"""What the mapper's macros must take without a warning, and what they must refuse and with which words.

  compile_cases.py SOURCE GENERATED_INCLUDE      run by macros_test.c; prints the faults, ends with 1 if there are any
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE, GENERATED = sys.argv[1:]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-fsyntax-only",
          f"-I{SOURCE}/include", f"-I{GENERATED}"]
COMPILERS = {
    "c": [("gcc", "-std=c17"), ("gcc", "-std=c2x"), ("clang", "-std=c17"), ("clang-14", "-std=c17")],
    "c++": [("g++", "-std=c++20"), ("g++", "-std=c++23"), ("clang++", "-std=c++20"), ("clang++-14", "-std=c++20")],
}

HEAD = """
#include <cynamo/cynamo.h>
typedef enum color { RED, GREEN } color;
static const char *const color_names[] = {"red", "green"};
typedef struct address { const char *city; int zip; } address;
typedef struct post {
  const char *forum, *subject; int64_t views; bool pinned; cyn_time last_post; cyn_string_set tags; char id[37];
  unsigned char hash[16]; cyn_opt_int maybe; cyn_decimal price; address home; address *work; color paint;
  CYN_LIST_OF(const char *) names; CYN_LIST_OF(address) places; cyn_item extra; cyn_time expires; const char *blob;
  uint32_t version; void *pointer; short few; long many; unsigned long long most; float ratio;
} post;
typedef struct other { const char *id; } other;
"""
MODEL = """
CYN_STRUCT(address, CYN_ATTR(city), CYN_ATTR(zip, .nullable = true));
CYN_MODEL(other, CYN_TABLE("Other"), CYN_HASH_KEY(id));
CYN_MODEL(post, CYN_TABLE("Post", .region = "us-west-1", .access_key_id = "my_key", .read_units = 1),
    CYN_HASH_KEY(forum), CYN_RANGE_KEY(subject), CYN_ATTR(views, .default_text = "0"), CYN_ATTR(pinned),
    CYN_ATTR(last_post, .name = "LastPost", .nullable = true), CYN_ATTR(tags), CYN_ATTR(id), CYN_ATTR(hash), CYN_ATTR(maybe),
    CYN_ATTR(price), CYN_MAP(home, address), CYN_MAP(work, address, .nullable = true), CYN_ENUM(paint, color_names),
    CYN_LIST(names), CYN_MAP_LIST(places, address), CYN_ATTR(extra), CYN_TTL(expires), CYN_JSON(blob),
    CYN_VERSION_ATTR(version), CYN_ATTR(few), CYN_ATTR(many), CYN_ATTR(most), CYN_ATTR(ratio), CYN_GSI("by_views", forum, views), CYN_GSI_HASH("by_id", id, .keys_only = true),
    CYN_GSI_KEYS("by_place", (forum, subject), (views, id, few, many), .keys_only = true),
    CYN_GSI_HASH_KEYS("by_both", (id, views)), CYN_LSI("recent", last_post, .include = "views"));
"""
FUNCTION = """
int go(cyn_db *db, cyn_memory *memory, post *p, cyn_cursor *c, cyn_error *e);
int go(cyn_db *db, cyn_memory *memory, post *p, cyn_cursor *c, cyn_error *e) {
  cyn_decimal price = cyn_decimal_of("1.5");
  (void)db, (void)memory, (void)p, (void)c, (void)e, (void)price, (void)color_names;
  %s
  return 0;
}
"""
RIGHT = """
  unsigned char few = 3; short small = 2; float real = 1.5f; unsigned long big = 1; long long bigger = 2; size_t size = 3;
  const post *constant = p; char name[8] = "x";
  if (cyn_init(post, p, e)) return 1;
  if (cyn_save(db, post, p, NULL, e)) return 1;
  if (cyn_save(db, post, p, cyn_if("attribute_not_exists(forum)"), e)) return 1;
  if (cyn_save(db, post, p, cyn_write(.condition = cyn_expr("views < ?", 3), .return_on_failure = true), e)) return 1;
  if (cyn_update(db, post, p, cyn_expr("SET views = ?, paint = ?, price = ?", few, GREEN, &price),
                 cyn_if("views < ? AND pinned = ? AND last_post = ?", INT64_C(100), true, cyn_time_now()), memory, e)) return 1;
  if (cyn_delete(db, post, constant, cyn_if("views IN (?, ?, ?, ?, ?, ?)", small, real, big, bigger, size, 1u), e)) return 1;
  if (cyn_get(db, post, p, cyn_keys("a", name), cyn_read(.consistent = true, .fields = "views"), memory, e)) return 1;
  c = cyn_find(db, post, cyn_expr("forum = ?", "x"), cyn_read(.limit = 10, .filter = cyn_expr("views > ?", 3.5)), e);
  while (cyn_next(c, post, p)) few++;
  if (cyn_cursor_close(c, e)) return 1;
  if (cyn_update(db, post, p, cyn_expr("SET home = ?, tags = ?", cyn_struct(address, &p->home), cyn_field(post, p, tags)),
                 NULL, NULL, e)) return 1;
  if (cyn_create_model(db, post, cyn_table(.wait = true), e)) return 1;
  bool found[2]; void *any; const cyn_model *kind;
  cyn_wanted wanted[] = {cyn_want(post, p, 2, found), cyn_want(post, p, 1, NULL)};
  wanted[1].fields = "forum";
  if (cyn_get_wanted(db, wanted, 2, cyn_read(.consistent = true), memory, e)) return 1;
  if (cyn_get_any(db, post, &any, &kind, cyn_keys("a", name), NULL, memory, e)) return 1;
  if (cyn_model_set(&post_model, cyn_settings(.read_timeout_seconds = 0.5, .max_retry_attempts = CYN_NO_RETRIES), e)) return 1;
"""
OWNING = """
  auto condition = cyn_expr("views = ?", 1);
  if (cyn_save(db, post, p, cyn_write(.condition = condition), e)) return 1;
"""

# name, what stands instead of MODEL (None: MODEL), the function's body, words that every compiler must say
WRONG = [
    ("a misspelt field", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_ATTR(veiws));', "", ["veiws"]),
    ("a type without a value", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_ATTR(pointer));', "",
     ["model post, field pointer: this C type is no DynamoDB value; use CYN_MAP, CYN_LIST, CYN_MAP_LIST or CYN_CUSTOM"]),
    ("a struct without CYN_MAP", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_ATTR(home));', "",
     ["model post, field home: this C type is no DynamoDB value"]),
    ("a bool as key", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(pinned));', "",
     ["model post, key pinned: a key is a string, a number or binary"]),
    ("a set as key", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(tags));', "",
     ["model post, key tags: a key is a string, a number or binary"]),
    ("no hash key", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_ATTR(forum));', "", ["model post: exactly one CYN_HASH_KEY"]),
    ("two hash keys", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_HASH_KEY(subject));', "",
     ["model post: exactly one CYN_HASH_KEY"]),
    ("two range keys", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(id), CYN_RANGE_KEY(subject));', "",
     ["model post: at most one CYN_RANGE_KEY"]),
    ("a version that is no integer", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_VERSION_ATTR(subject));', "",
     ["model post, version subject: a version is an integer"]),
    ("a time to live that is a string", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_TTL(subject));', "",
     ["model post, time to live subject: a cyn_time, or an integer of seconds"]),
    ("an enum that is no integer", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_ENUM(price, color_names));', "",
     ["model post, enum price: the field is no integer and no enum"]),
    ("a list of enums that are no integers", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_ENUM_LIST(names, color_names));', "",
     ["model post, list names: the elements are no integers and no enums"]),
    ("JSON in a number", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_JSON(views));', "",
     ["model post, JSON views: a const char *"]),
    ("a list of structs as a list", 'CYN_STRUCT(address, CYN_ATTR(city)); CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_LIST(places));', "",
     ["model post, list places: the C type of its elements is no DynamoDB value; use CYN_MAP_LIST for structs"]),
    ("a list of another struct", 'CYN_STRUCT(other, CYN_ATTR(id)); CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_MAP_LIST(places, other));', "",
     ["model post, list places: the elements are no other"]),
    ("a map of another struct", 'CYN_STRUCT(other, CYN_ATTR(id)); CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_MAP(home, other));', "",
     ["model post, map home: the field is no other and no other *"]),
    ("an index over a misspelt field", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_GSI("i", subjekt, forum));', "",
     ["subjekt"]),
    ("a misspelt field among an index's keys",
     'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_GSI_KEYS("i", (forum, subjekt), (views)));', "", ["subjekt"]),
    ("five attributes in a partition key",
     'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_GSI_HASH_KEYS("i", (forum, subject, views, few, many)));', "",
     ["model post, index i: at most 4 attributes in its partition key and 4 in its sort key"]),
    ("an unknown option", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum), CYN_ATTR(views, .nulable = true));', "", ["nulable"]),
    ("too many attributes", 'CYN_MODEL(post, CYN_TABLE("P"), CYN_HASH_KEY(forum)' + ", CYN_ATTR(views)" * 100 + ");", "",
     ["A_MODEL_HAS_AT_MOST_96_ATTRIBUTES_AND_INDEXES"]),
    ("a struct of another model", None, 'other o = {"x"}; if (cyn_save(db, post, &o, NULL, e)) return 1;', ["other"]),
    ("a constant struct to read into", None,
     'const post *q = p; if (cyn_get(db, post, q, cyn_keys("a", "b"), NULL, memory, e)) return 1;', ["const"]),
    ("a stray pointer as a value", None, 'if (cyn_save(db, post, p, cyn_if("views = ?", memory), e)) return 1;', ["cyn_memory"]),
    ("a struct as a value", None, 'if (cyn_save(db, post, p, cyn_if("home = ?", p->home), e)) return 1;', ["address"]),
    ("a model that is not there", None, 'if (cyn_save(db, color, p, NULL, e)) return 1;', ["color_model"]),
]


def compile_one(folder, language, compiler, code):
    path = pathlib.Path(folder) / "case"
    path.write_text(code)
    done = subprocess.run([compiler[0], compiler[1], "-x", language, *STRICT, str(path)], capture_output=True, text=True)
    return done.returncode, done.stderr


def main():
    faults, count = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for language, compilers in COMPILERS.items():
            for compiler in [c for c in compilers if shutil.which(c[0])]:
                right = RIGHT + (OWNING if language == "c++" else "")
                status, words = compile_one(folder, language, compiler, HEAD + MODEL + FUNCTION % right)
                count += 1
                if status:
                    faults += 1
                    print(f"{' '.join(compiler)}: the right program does not compile:\n{words[:2000]}")
            # the wrong ones by the first compiler of each language
            compiler = next((c for c in compilers if shutil.which(c[0])), None)
            for name, model, body, wanted in WRONG if compiler else []:
                code = HEAD + (MODEL if model is None else model) + (FUNCTION % body if body else "")
                status, words = compile_one(folder, language, compiler, code)
                count += 1
                if not status:
                    faults += 1
                    print(f"{' '.join(compiler)}: {name}: compiles")
                for text in wanted:
                    if text not in words and status:
                        faults += 1
                        print(f"{' '.join(compiler)}: {name}: does not say '{text}' but\n{words[:1500]}")
    print(f"{count} programs, {faults} faults")
    return 1 if faults else 0


sys.exit(main())
