/* Cynamo: the macros of <cynamo/model.h>. Behind the first half, which is C17's and C++20's machinery (names CYN_I_…),
 * stand those that a program uses. No extensions of any compiler. */
#ifndef CYNAMO_MODEL_MACROS_H
#define CYNAMO_MODEL_MACROS_H

#ifndef CYNAMO_MODEL_H
#include <cynamo/model.h>
#endif

/* ---- for each of 1 to 96 arguments ---- */
#define CYN_I_CAT(a, b) CYN_I_CAT2(a, b)
#define CYN_I_CAT2(a, b) a##b
#define CYN_I_UNTUPLE(...) __VA_ARGS__

#define CYN_I_COUNT(...) \
  CYN_I_COUNT2(__VA_ARGS__, \
  CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, \
  CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, \
  CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, \
  CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, CYN_I_MANY, 96, 95, 94, 93, 92, 91, 90, 89, 88, 87, 86, 85, 84, 83, \
  82, 81, 80, 79, 78, 77, 76, 75, 74, 73, 72, 71, 70, 69, 68, 67, 66, 65, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, \
  53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, \
  24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define CYN_I_COUNT2( \
    a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24, \
    a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46, a47, \
    a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63, a64, a65, a66, a67, a68, a69, a70, \
    a71, a72, a73, a74, a75, a76, a77, a78, a79, a80, a81, a82, a83, a84, a85, a86, a87, a88, a89, a90, a91, a92, a93, \
    a94, a95, a96, a97, a98, a99, a100, a101, a102, a103, a104, a105, a106, a107, a108, a109, a110, a111, a112, a113, \
    a114, a115, a116, a117, a118, a119, a120, a121, a122, a123, a124, a125, a126, a127, n, ...) \
  n
#define CYN_I_MANY _A_MODEL_HAS_AT_MOST_96_ATTRIBUTES_AND_INDEXES
#define CYN_I_1(m, c, a) m(c, a)
#define CYN_I_2(m, c, a, ...) m(c, a) CYN_I_1(m, c, __VA_ARGS__)
#define CYN_I_3(m, c, a, ...) m(c, a) CYN_I_2(m, c, __VA_ARGS__)
#define CYN_I_4(m, c, a, ...) m(c, a) CYN_I_3(m, c, __VA_ARGS__)
#define CYN_I_5(m, c, a, ...) m(c, a) CYN_I_4(m, c, __VA_ARGS__)
#define CYN_I_6(m, c, a, ...) m(c, a) CYN_I_5(m, c, __VA_ARGS__)
#define CYN_I_7(m, c, a, ...) m(c, a) CYN_I_6(m, c, __VA_ARGS__)
#define CYN_I_8(m, c, a, ...) m(c, a) CYN_I_7(m, c, __VA_ARGS__)
#define CYN_I_9(m, c, a, ...) m(c, a) CYN_I_8(m, c, __VA_ARGS__)
#define CYN_I_10(m, c, a, ...) m(c, a) CYN_I_9(m, c, __VA_ARGS__)
#define CYN_I_11(m, c, a, ...) m(c, a) CYN_I_10(m, c, __VA_ARGS__)
#define CYN_I_12(m, c, a, ...) m(c, a) CYN_I_11(m, c, __VA_ARGS__)
#define CYN_I_13(m, c, a, ...) m(c, a) CYN_I_12(m, c, __VA_ARGS__)
#define CYN_I_14(m, c, a, ...) m(c, a) CYN_I_13(m, c, __VA_ARGS__)
#define CYN_I_15(m, c, a, ...) m(c, a) CYN_I_14(m, c, __VA_ARGS__)
#define CYN_I_16(m, c, a, ...) m(c, a) CYN_I_15(m, c, __VA_ARGS__)
#define CYN_I_17(m, c, a, ...) m(c, a) CYN_I_16(m, c, __VA_ARGS__)
#define CYN_I_18(m, c, a, ...) m(c, a) CYN_I_17(m, c, __VA_ARGS__)
#define CYN_I_19(m, c, a, ...) m(c, a) CYN_I_18(m, c, __VA_ARGS__)
#define CYN_I_20(m, c, a, ...) m(c, a) CYN_I_19(m, c, __VA_ARGS__)
#define CYN_I_21(m, c, a, ...) m(c, a) CYN_I_20(m, c, __VA_ARGS__)
#define CYN_I_22(m, c, a, ...) m(c, a) CYN_I_21(m, c, __VA_ARGS__)
#define CYN_I_23(m, c, a, ...) m(c, a) CYN_I_22(m, c, __VA_ARGS__)
#define CYN_I_24(m, c, a, ...) m(c, a) CYN_I_23(m, c, __VA_ARGS__)
#define CYN_I_25(m, c, a, ...) m(c, a) CYN_I_24(m, c, __VA_ARGS__)
#define CYN_I_26(m, c, a, ...) m(c, a) CYN_I_25(m, c, __VA_ARGS__)
#define CYN_I_27(m, c, a, ...) m(c, a) CYN_I_26(m, c, __VA_ARGS__)
#define CYN_I_28(m, c, a, ...) m(c, a) CYN_I_27(m, c, __VA_ARGS__)
#define CYN_I_29(m, c, a, ...) m(c, a) CYN_I_28(m, c, __VA_ARGS__)
#define CYN_I_30(m, c, a, ...) m(c, a) CYN_I_29(m, c, __VA_ARGS__)
#define CYN_I_31(m, c, a, ...) m(c, a) CYN_I_30(m, c, __VA_ARGS__)
#define CYN_I_32(m, c, a, ...) m(c, a) CYN_I_31(m, c, __VA_ARGS__)
#define CYN_I_33(m, c, a, ...) m(c, a) CYN_I_32(m, c, __VA_ARGS__)
#define CYN_I_34(m, c, a, ...) m(c, a) CYN_I_33(m, c, __VA_ARGS__)
#define CYN_I_35(m, c, a, ...) m(c, a) CYN_I_34(m, c, __VA_ARGS__)
#define CYN_I_36(m, c, a, ...) m(c, a) CYN_I_35(m, c, __VA_ARGS__)
#define CYN_I_37(m, c, a, ...) m(c, a) CYN_I_36(m, c, __VA_ARGS__)
#define CYN_I_38(m, c, a, ...) m(c, a) CYN_I_37(m, c, __VA_ARGS__)
#define CYN_I_39(m, c, a, ...) m(c, a) CYN_I_38(m, c, __VA_ARGS__)
#define CYN_I_40(m, c, a, ...) m(c, a) CYN_I_39(m, c, __VA_ARGS__)
#define CYN_I_41(m, c, a, ...) m(c, a) CYN_I_40(m, c, __VA_ARGS__)
#define CYN_I_42(m, c, a, ...) m(c, a) CYN_I_41(m, c, __VA_ARGS__)
#define CYN_I_43(m, c, a, ...) m(c, a) CYN_I_42(m, c, __VA_ARGS__)
#define CYN_I_44(m, c, a, ...) m(c, a) CYN_I_43(m, c, __VA_ARGS__)
#define CYN_I_45(m, c, a, ...) m(c, a) CYN_I_44(m, c, __VA_ARGS__)
#define CYN_I_46(m, c, a, ...) m(c, a) CYN_I_45(m, c, __VA_ARGS__)
#define CYN_I_47(m, c, a, ...) m(c, a) CYN_I_46(m, c, __VA_ARGS__)
#define CYN_I_48(m, c, a, ...) m(c, a) CYN_I_47(m, c, __VA_ARGS__)
#define CYN_I_49(m, c, a, ...) m(c, a) CYN_I_48(m, c, __VA_ARGS__)
#define CYN_I_50(m, c, a, ...) m(c, a) CYN_I_49(m, c, __VA_ARGS__)
#define CYN_I_51(m, c, a, ...) m(c, a) CYN_I_50(m, c, __VA_ARGS__)
#define CYN_I_52(m, c, a, ...) m(c, a) CYN_I_51(m, c, __VA_ARGS__)
#define CYN_I_53(m, c, a, ...) m(c, a) CYN_I_52(m, c, __VA_ARGS__)
#define CYN_I_54(m, c, a, ...) m(c, a) CYN_I_53(m, c, __VA_ARGS__)
#define CYN_I_55(m, c, a, ...) m(c, a) CYN_I_54(m, c, __VA_ARGS__)
#define CYN_I_56(m, c, a, ...) m(c, a) CYN_I_55(m, c, __VA_ARGS__)
#define CYN_I_57(m, c, a, ...) m(c, a) CYN_I_56(m, c, __VA_ARGS__)
#define CYN_I_58(m, c, a, ...) m(c, a) CYN_I_57(m, c, __VA_ARGS__)
#define CYN_I_59(m, c, a, ...) m(c, a) CYN_I_58(m, c, __VA_ARGS__)
#define CYN_I_60(m, c, a, ...) m(c, a) CYN_I_59(m, c, __VA_ARGS__)
#define CYN_I_61(m, c, a, ...) m(c, a) CYN_I_60(m, c, __VA_ARGS__)
#define CYN_I_62(m, c, a, ...) m(c, a) CYN_I_61(m, c, __VA_ARGS__)
#define CYN_I_63(m, c, a, ...) m(c, a) CYN_I_62(m, c, __VA_ARGS__)
#define CYN_I_64(m, c, a, ...) m(c, a) CYN_I_63(m, c, __VA_ARGS__)
#define CYN_I_65(m, c, a, ...) m(c, a) CYN_I_64(m, c, __VA_ARGS__)
#define CYN_I_66(m, c, a, ...) m(c, a) CYN_I_65(m, c, __VA_ARGS__)
#define CYN_I_67(m, c, a, ...) m(c, a) CYN_I_66(m, c, __VA_ARGS__)
#define CYN_I_68(m, c, a, ...) m(c, a) CYN_I_67(m, c, __VA_ARGS__)
#define CYN_I_69(m, c, a, ...) m(c, a) CYN_I_68(m, c, __VA_ARGS__)
#define CYN_I_70(m, c, a, ...) m(c, a) CYN_I_69(m, c, __VA_ARGS__)
#define CYN_I_71(m, c, a, ...) m(c, a) CYN_I_70(m, c, __VA_ARGS__)
#define CYN_I_72(m, c, a, ...) m(c, a) CYN_I_71(m, c, __VA_ARGS__)
#define CYN_I_73(m, c, a, ...) m(c, a) CYN_I_72(m, c, __VA_ARGS__)
#define CYN_I_74(m, c, a, ...) m(c, a) CYN_I_73(m, c, __VA_ARGS__)
#define CYN_I_75(m, c, a, ...) m(c, a) CYN_I_74(m, c, __VA_ARGS__)
#define CYN_I_76(m, c, a, ...) m(c, a) CYN_I_75(m, c, __VA_ARGS__)
#define CYN_I_77(m, c, a, ...) m(c, a) CYN_I_76(m, c, __VA_ARGS__)
#define CYN_I_78(m, c, a, ...) m(c, a) CYN_I_77(m, c, __VA_ARGS__)
#define CYN_I_79(m, c, a, ...) m(c, a) CYN_I_78(m, c, __VA_ARGS__)
#define CYN_I_80(m, c, a, ...) m(c, a) CYN_I_79(m, c, __VA_ARGS__)
#define CYN_I_81(m, c, a, ...) m(c, a) CYN_I_80(m, c, __VA_ARGS__)
#define CYN_I_82(m, c, a, ...) m(c, a) CYN_I_81(m, c, __VA_ARGS__)
#define CYN_I_83(m, c, a, ...) m(c, a) CYN_I_82(m, c, __VA_ARGS__)
#define CYN_I_84(m, c, a, ...) m(c, a) CYN_I_83(m, c, __VA_ARGS__)
#define CYN_I_85(m, c, a, ...) m(c, a) CYN_I_84(m, c, __VA_ARGS__)
#define CYN_I_86(m, c, a, ...) m(c, a) CYN_I_85(m, c, __VA_ARGS__)
#define CYN_I_87(m, c, a, ...) m(c, a) CYN_I_86(m, c, __VA_ARGS__)
#define CYN_I_88(m, c, a, ...) m(c, a) CYN_I_87(m, c, __VA_ARGS__)
#define CYN_I_89(m, c, a, ...) m(c, a) CYN_I_88(m, c, __VA_ARGS__)
#define CYN_I_90(m, c, a, ...) m(c, a) CYN_I_89(m, c, __VA_ARGS__)
#define CYN_I_91(m, c, a, ...) m(c, a) CYN_I_90(m, c, __VA_ARGS__)
#define CYN_I_92(m, c, a, ...) m(c, a) CYN_I_91(m, c, __VA_ARGS__)
#define CYN_I_93(m, c, a, ...) m(c, a) CYN_I_92(m, c, __VA_ARGS__)
#define CYN_I_94(m, c, a, ...) m(c, a) CYN_I_93(m, c, __VA_ARGS__)
#define CYN_I_95(m, c, a, ...) m(c, a) CYN_I_94(m, c, __VA_ARGS__)
#define CYN_I_96(m, c, a, ...) m(c, a) CYN_I_95(m, c, __VA_ARGS__)
#define CYN_I_EACH(m, c, ...) CYN_I_CAT(CYN_I_, CYN_I_COUNT(__VA_ARGS__))(m, c, __VA_ARGS__)

/* ---- the language seams: the kind of a field, a value in an expression, options, a struct's type ---- */

static inline cyn_bind cyn_bind_string(const char *v) {
  cyn_bind b;
  b.kind = v != NULL ? CYN_BIND_STRING : CYN_BIND_NULL;
  b.as.string = v;
  return b;
}
#define CYN_I_BIND_FUNCTION(name, type, bind_kind, member) \
  static inline cyn_bind cyn_bind_##name(type v) {         \
    cyn_bind b;                                            \
    b.kind = (bind_kind);                                  \
    b.as.member = v;                                       \
    return b;                                              \
  }
CYN_I_BIND_FUNCTION(int, int64_t, CYN_BIND_INT, integer)
CYN_I_BIND_FUNCTION(uint, uint64_t, CYN_BIND_UINT, natural)
CYN_I_BIND_FUNCTION(double, double, CYN_BIND_DOUBLE, real)
CYN_I_BIND_FUNCTION(bool, bool, CYN_BIND_BOOL, truth)
CYN_I_BIND_FUNCTION(bytes, cyn_bytes, v.data != NULL ? CYN_BIND_BYTES : CYN_BIND_NULL, bytes)
CYN_I_BIND_FUNCTION(time, cyn_time, v.is_set ? CYN_BIND_TIME : CYN_BIND_NULL, time)
CYN_I_BIND_FUNCTION(decimal, const cyn_decimal *, v != NULL && v->text[0] != '\0' ? CYN_BIND_DECIMAL : CYN_BIND_NULL, decimal)
CYN_I_BIND_FUNCTION(string_set, cyn_string_set, CYN_BIND_STRING_SET, strings)
CYN_I_BIND_FUNCTION(int_set, cyn_int_set, CYN_BIND_INT_SET, integers)
CYN_I_BIND_FUNCTION(double_set, cyn_double_set, CYN_BIND_DOUBLE_SET, reals)
CYN_I_BIND_FUNCTION(number_set, cyn_number_set, CYN_BIND_NUMBER_SET, numbers)
CYN_I_BIND_FUNCTION(binary_set, cyn_binary_set, CYN_BIND_BINARY_SET, binaries)
CYN_I_BIND_FUNCTION(item, cyn_item, v.data != NULL ? CYN_BIND_ITEM : CYN_BIND_NULL, item)
CYN_I_BIND_FUNCTION(value, cyn_value, v.data != NULL ? CYN_BIND_VALUE : CYN_BIND_NULL, value)
static inline cyn_bind cyn_bind_opt_int(cyn_opt_int v) { return v.is_set ? cyn_bind_int(v.value) : cyn_bind_string(NULL); }
static inline cyn_bind cyn_bind_opt_double(cyn_opt_double v) {
  return v.is_set ? cyn_bind_double(v.value) : cyn_bind_string(NULL);
}
static inline cyn_bind cyn_bind_opt_bool(cyn_opt_bool v) { return v.is_set ? cyn_bind_bool(v.value) : cyn_bind_string(NULL); }
static inline cyn_bind cyn_bind_itself(cyn_bind v) { return v; }
static inline cyn_bind cyn_bind_of(int kind, const cyn_model *model, const void *object, size_t offset) {
  cyn_bind b;
  b.kind = kind;
  b.as.of.model = model;
  b.as.of.object = object;
  b.as.of.offset = offset;
  return b;
}

static inline cyn_wanted cyn_wanted_of(const cyn_model *model, void *objects, size_t count, bool *found) {
  cyn_wanted wanted;
  wanted.model = model;
  wanted.objects = objects;
  wanted.count = count;
  wanted.found = found;
  wanted.fields = NULL;
  return wanted;
}

#ifndef __cplusplus

#define CYN_I_ASSERT _Static_assert
#define CYN_I_LONG (sizeof(long) == 8 ? CYN_FIELD_INT64 : CYN_FIELD_INT32)
#define CYN_I_ULONG (sizeof(long) == 8 ? CYN_FIELD_UINT64 : CYN_FIELD_UINT32)
/* By the address, since a char[N] as a value is a char *. */
#define CYN_I_KIND_OF(lvalue) _Generic(&(lvalue), char **: CYN_FIELD_STRING, const char **: CYN_FIELD_STRING, \
  signed char *: CYN_FIELD_INT8, short *: CYN_FIELD_INT16, int *: CYN_FIELD_INT32, long *: CYN_I_LONG, \
  long long *: CYN_FIELD_INT64, unsigned char *: CYN_FIELD_UINT8, unsigned short *: CYN_FIELD_UINT16, \
  unsigned *: CYN_FIELD_UINT32, unsigned long *: CYN_I_ULONG, unsigned long long *: CYN_FIELD_UINT64, \
  float *: CYN_FIELD_FLOAT, double *: CYN_FIELD_DOUBLE, bool *: CYN_FIELD_BOOL, cyn_bytes *: CYN_FIELD_BYTES, \
  cyn_opt_int *: CYN_FIELD_OPT_INT, cyn_opt_double *: CYN_FIELD_OPT_DOUBLE, cyn_opt_bool *: CYN_FIELD_OPT_BOOL, \
  cyn_decimal *: CYN_FIELD_DECIMAL, cyn_time *: CYN_FIELD_TIME, cyn_string_set *: CYN_FIELD_STRING_SET, \
  cyn_int_set *: CYN_FIELD_INT_SET, cyn_double_set *: CYN_FIELD_DOUBLE_SET, cyn_number_set *: CYN_FIELD_NUMBER_SET, \
  cyn_binary_set *: CYN_FIELD_BINARY_SET, cyn_item *: CYN_FIELD_ITEM, cyn_value *: CYN_FIELD_VALUE, \
  default: _Generic((lvalue), char *: CYN_FIELD_CHARS, unsigned char *: CYN_FIELD_OCTETS, default: CYN_FIELD_NONE))
#define CYN_I_FIELD(T, f) (((T *)0)->f)
#define CYN_I_KIND(T, f) CYN_I_KIND_OF(CYN_I_FIELD(T, f))
#define CYN_I_ELEMENT_KIND(T, f) CYN_I_KIND_OF(*CYN_I_FIELD(T, f).at)
#define CYN_I_ELEMENT_SIZE(T, f) sizeof(*CYN_I_FIELD(T, f).at)
#define CYN_I_MAP_KIND(T, f, M) \
  _Generic(&CYN_I_FIELD(T, f), M *: CYN_FIELD_MAP, M **: CYN_FIELD_MAP_POINTER, default: CYN_FIELD_NONE)
#define CYN_I_IS_LIST_OF(T, f, M) _Generic(CYN_I_FIELD(T, f).at, M *: 1, default: 0)

#define CYN_I_BIND(c, v) _Generic((v), char *: cyn_bind_string, const char *: cyn_bind_string, \
  signed char: cyn_bind_int, short: cyn_bind_int, int: cyn_bind_int, long: cyn_bind_int, long long: cyn_bind_int, \
  unsigned char: cyn_bind_uint, unsigned short: cyn_bind_uint, unsigned: cyn_bind_uint, unsigned long: cyn_bind_uint, \
  unsigned long long: cyn_bind_uint, float: cyn_bind_double, double: cyn_bind_double, bool: cyn_bind_bool, \
  cyn_bytes: cyn_bind_bytes, cyn_time: cyn_bind_time, cyn_decimal *: cyn_bind_decimal, \
  const cyn_decimal *: cyn_bind_decimal, cyn_string_set: cyn_bind_string_set, cyn_int_set: cyn_bind_int_set, \
  cyn_double_set: cyn_bind_double_set, cyn_number_set: cyn_bind_number_set, cyn_binary_set: cyn_bind_binary_set, \
  cyn_item: cyn_bind_item, cyn_value: cyn_bind_value, cyn_opt_int: cyn_bind_opt_int, \
  cyn_opt_double: cyn_bind_opt_double, cyn_opt_bool: cyn_bind_opt_bool, cyn_bind: cyn_bind_itself)(v),
#define CYN_I_EXPR(...) \
  ((cyn_expression){(const cyn_bind[]){CYN_I_EACH(CYN_I_BIND, 0, __VA_ARGS__)}, CYN_I_COUNT(__VA_ARGS__)})
#define CYN_I_OPTIONS(O, ...) (&(const O){.size = sizeof(O), __VA_ARGS__})
#define CYN_I_IN(T, p) _Generic((p), T *: (p), const T *: (p))
#define CYN_I_OUT(T, p) _Generic((p), T *: (p))
#define CYN_I_EXTERN extern
#define CYN_NO_EXPRESSION ((cyn_expression){0, 0})

#else

extern "C++" {
#include <type_traits>
#include <utility>

template <class F, class = void> struct cyn_kind_of {
  static constexpr int value = CYN_FIELD_NONE;
};
template <class F> struct cyn_kind_of<F, std::enable_if_t<std::is_enum<F>::value>> {
  static constexpr int value = cyn_kind_of<std::underlying_type_t<F>>::value;
};
template <std::size_t n> struct cyn_kind_of<char[n], void> {
  static constexpr int value = CYN_FIELD_CHARS;
};
template <std::size_t n> struct cyn_kind_of<unsigned char[n], void> {
  static constexpr int value = CYN_FIELD_OCTETS;
};
#define CYN_I_KIND_IS(type, kind)                \
  template <> struct cyn_kind_of<type, void> {   \
    static constexpr int value = (kind);         \
  };
CYN_I_KIND_IS(char *, CYN_FIELD_STRING)
CYN_I_KIND_IS(const char *, CYN_FIELD_STRING)
CYN_I_KIND_IS(signed char, CYN_FIELD_INT8)
CYN_I_KIND_IS(short, CYN_FIELD_INT16)
CYN_I_KIND_IS(int, CYN_FIELD_INT32)
CYN_I_KIND_IS(long, sizeof(long) == 8 ? CYN_FIELD_INT64 : CYN_FIELD_INT32)
CYN_I_KIND_IS(long long, CYN_FIELD_INT64)
CYN_I_KIND_IS(unsigned char, CYN_FIELD_UINT8)
CYN_I_KIND_IS(unsigned short, CYN_FIELD_UINT16)
CYN_I_KIND_IS(unsigned, CYN_FIELD_UINT32)
CYN_I_KIND_IS(unsigned long, sizeof(long) == 8 ? CYN_FIELD_UINT64 : CYN_FIELD_UINT32)
CYN_I_KIND_IS(unsigned long long, CYN_FIELD_UINT64)
CYN_I_KIND_IS(float, CYN_FIELD_FLOAT)
CYN_I_KIND_IS(double, CYN_FIELD_DOUBLE)
CYN_I_KIND_IS(bool, CYN_FIELD_BOOL)
CYN_I_KIND_IS(cyn_bytes, CYN_FIELD_BYTES)
CYN_I_KIND_IS(cyn_opt_int, CYN_FIELD_OPT_INT)
CYN_I_KIND_IS(cyn_opt_double, CYN_FIELD_OPT_DOUBLE)
CYN_I_KIND_IS(cyn_opt_bool, CYN_FIELD_OPT_BOOL)
CYN_I_KIND_IS(cyn_decimal, CYN_FIELD_DECIMAL)
CYN_I_KIND_IS(cyn_time, CYN_FIELD_TIME)
CYN_I_KIND_IS(cyn_string_set, CYN_FIELD_STRING_SET)
CYN_I_KIND_IS(cyn_int_set, CYN_FIELD_INT_SET)
CYN_I_KIND_IS(cyn_double_set, CYN_FIELD_DOUBLE_SET)
CYN_I_KIND_IS(cyn_number_set, CYN_FIELD_NUMBER_SET)
CYN_I_KIND_IS(cyn_binary_set, CYN_FIELD_BINARY_SET)
CYN_I_KIND_IS(cyn_item, CYN_FIELD_ITEM)
CYN_I_KIND_IS(cyn_value, CYN_FIELD_VALUE)
template <class F, class M> struct cyn_map_kind_of {
  static constexpr int value = std::is_same<F, M>::value ? CYN_FIELD_MAP
                               : std::is_same<F, M *>::value ? CYN_FIELD_MAP_POINTER
                                                             : CYN_FIELD_NONE;
};

inline cyn_bind cyn_bind_any(const char *v) { return cyn_bind_string(v); }
inline cyn_bind cyn_bind_any(char *v) { return cyn_bind_string(v); }
inline cyn_bind cyn_bind_any(decltype(nullptr)) { return cyn_bind_string(NULL); }
inline cyn_bind cyn_bind_any(bool v) { return cyn_bind_bool(v); }
inline cyn_bind cyn_bind_any(int v) { return cyn_bind_int(v); }
inline cyn_bind cyn_bind_any(long v) { return cyn_bind_int(v); }
inline cyn_bind cyn_bind_any(long long v) { return cyn_bind_int(v); }
inline cyn_bind cyn_bind_any(unsigned v) { return cyn_bind_uint(v); }
inline cyn_bind cyn_bind_any(unsigned long v) { return cyn_bind_uint(v); }
inline cyn_bind cyn_bind_any(unsigned long long v) { return cyn_bind_uint(v); }
inline cyn_bind cyn_bind_any(double v) { return cyn_bind_double(v); }
inline cyn_bind cyn_bind_any(cyn_bytes v) { return cyn_bind_bytes(v); }
inline cyn_bind cyn_bind_any(cyn_time v) { return cyn_bind_time(v); }
inline cyn_bind cyn_bind_any(const cyn_decimal *v) { return cyn_bind_decimal(v); }
inline cyn_bind cyn_bind_any(cyn_decimal *v) { return cyn_bind_decimal(v); }
inline cyn_bind cyn_bind_any(cyn_string_set v) { return cyn_bind_string_set(v); }
inline cyn_bind cyn_bind_any(cyn_int_set v) { return cyn_bind_int_set(v); }
inline cyn_bind cyn_bind_any(cyn_double_set v) { return cyn_bind_double_set(v); }
inline cyn_bind cyn_bind_any(cyn_number_set v) { return cyn_bind_number_set(v); }
inline cyn_bind cyn_bind_any(cyn_binary_set v) { return cyn_bind_binary_set(v); }
inline cyn_bind cyn_bind_any(cyn_item v) { return cyn_bind_item(v); }
inline cyn_bind cyn_bind_any(cyn_value v) { return cyn_bind_value(v); }
inline cyn_bind cyn_bind_any(cyn_opt_int v) { return cyn_bind_opt_int(v); }
inline cyn_bind cyn_bind_any(cyn_opt_double v) { return cyn_bind_opt_double(v); }
inline cyn_bind cyn_bind_any(cyn_opt_bool v) { return cyn_bind_opt_bool(v); }
inline cyn_bind cyn_bind_any(cyn_bind v) { return v; }
template <class T> cyn_bind cyn_bind_any(T *) = delete; /* a stray pointer must not become bool */

/* Owns its values: `auto condition = cyn_expr(…)` may outlive its statement, what the values point to must too. */
template <std::size_t n> struct cyn_expression_of {
  cyn_bind binds[n];
  operator cyn_expression() const { return cyn_expression{binds, n}; }
};
template <class... A> cyn_expression_of<sizeof...(A)> cyn_expression_from(const A &...a) { return {{cyn_bind_any(a)...}}; }
template <class T> const T *cyn_address_of(const T &t) { return &t; }
template <class T> const T *cyn_struct_in(const T *p) { return p; }
template <class T> T *cyn_struct_out(T *p) { return p; }
}

#define CYN_I_ASSERT static_assert
#define CYN_I_FIELD(T, f) (std::declval<T &>().f)
#define CYN_I_KIND(T, f) cyn_kind_of<decltype(T::f)>::value
#define CYN_I_ELEMENT_OF(T, f) std::remove_pointer_t<decltype(std::declval<T &>().f.at)>
#define CYN_I_ELEMENT_KIND(T, f) cyn_kind_of<CYN_I_ELEMENT_OF(T, f)>::value
#define CYN_I_ELEMENT_SIZE(T, f) sizeof(CYN_I_ELEMENT_OF(T, f))
#define CYN_I_MAP_KIND(T, f, M) (cyn_map_kind_of<decltype(T::f), M>::value)
#define CYN_I_IS_LIST_OF(T, f, M) (std::is_same<CYN_I_ELEMENT_OF(T, f), M>::value)
#define CYN_I_EXPR(...) cyn_expression_from(__VA_ARGS__)
#define CYN_I_OPTIONS(O, ...) cyn_address_of(O{.size = sizeof(O), __VA_ARGS__})
#define CYN_I_IN(T, p) cyn_struct_in<T>(p)
#define CYN_I_OUT(T, p) cyn_struct_out<T>(p)
#define CYN_I_EXTERN extern "C"
#define CYN_NO_EXPRESSION (cyn_expression{})

#endif

/* ---- what stands for each attribute: tuples of a form, that CYN_MODEL expands with the struct's type ---- */
#define CYN_I_JOIN(a, b) CYN_I_JOIN2(a, b)
#define CYN_I_JOIN2(a, b) a##b
#define CYN_I_FORM(prefix, T, tuple) CYN_I_FORM2(prefix, T, CYN_I_UNTUPLE tuple)
#define CYN_I_FORM2(...) CYN_I_FORM3(__VA_ARGS__)
#define CYN_I_FORM3(prefix, T, form, ...) CYN_I_JOIN(prefix, form)(T, __VA_ARGS__)
#define CYN_I_ENTRY(T, tuple) CYN_I_FORM(CYN_I_ENTRY_, T, tuple)
#define CYN_I_CHECK(T, tuple) CYN_I_FORM(CYN_I_CHECK_, T, tuple)
#define CYN_I_INDEX(T, tuple) CYN_I_FORM(CYN_I_INDEX_, T, tuple)
#define CYN_I_HASHES(T, tuple) CYN_I_FORM(CYN_I_HASHES_, T, tuple)
#define CYN_I_RANGES(T, tuple) CYN_I_FORM(CYN_I_RANGES_, T, tuple)
#define CYN_I_NOTHING(T, ...)
#define CYN_I_ZERO_OF(T, ...) +0
#define CYN_I_SIZED(...) {.size = sizeof(cyn_attribute_options), __VA_ARGS__}
#define CYN_I_HEAD(T, f) #f, offsetof(T, f), sizeof(CYN_I_FIELD(T, f))

#define CYN_I_ENTRY_PLAIN(T, role, f, ...) \
  {CYN_I_HEAD(T, f), CYN_I_KIND(T, f), (role), 0, 0, NULL, NULL, 0, NULL, CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_TTL(T, f, ...)                                                                            \
  {CYN_I_HEAD(T, f), CYN_I_KIND(T, f) == CYN_FIELD_TIME ? CYN_FIELD_TTL : CYN_I_KIND(T, f), CYN_ROLE_TTL, 0,  \
   0, NULL, NULL, 0, NULL, CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_JSON(T, f, ...) \
  {CYN_I_HEAD(T, f), CYN_FIELD_JSON, CYN_ROLE_PLAIN, 0, 0, NULL, NULL, 0, NULL, CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_MAP(T, f, M, ...)                                                                                \
  {CYN_I_HEAD(T, f), CYN_I_MAP_KIND(T, f, M), CYN_ROLE_PLAIN, 0, sizeof(M), &M##_model, NULL, 0, NULL, \
   CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_LIST(T, f, ...)                                                                               \
  {CYN_I_HEAD(T, f), CYN_FIELD_LIST, CYN_ROLE_PLAIN, CYN_I_ELEMENT_KIND(T, f), CYN_I_ELEMENT_SIZE(T, f), NULL, NULL, 0, \
   NULL, CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_MAP_LIST(T, f, M, ...)                                                                      \
  {CYN_I_HEAD(T, f), CYN_FIELD_LIST, CYN_ROLE_PLAIN, CYN_FIELD_MAP, sizeof(M), &M##_model, NULL, 0, NULL, \
   CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_ENUM(T, role, f, list, ...)                                                    \
  {CYN_I_HEAD(T, f), CYN_FIELD_ENUM, (role), CYN_I_KIND(T, f), 0, NULL, list, sizeof list / sizeof list[0], NULL, \
   CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_CUSTOM(T, role, f, type, ...) \
  {CYN_I_HEAD(T, f), CYN_FIELD_CUSTOM, (role), 0, 0, NULL, NULL, 0, (type), CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_ENUM_LIST(T, f, list, ...)                                                                          \
  {CYN_I_HEAD(T, f), CYN_FIELD_LIST, CYN_ROLE_PLAIN, CYN_I_ELEMENT_KIND(T, f), CYN_I_ELEMENT_SIZE(T, f), NULL, list, \
   sizeof list / sizeof list[0], NULL, CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_CUSTOM_LIST(T, f, type, ...)                                                                      \
  {CYN_I_HEAD(T, f), CYN_FIELD_LIST, CYN_ROLE_PLAIN, CYN_FIELD_CUSTOM, CYN_I_ELEMENT_SIZE(T, f), NULL, NULL, 0, (type), \
   CYN_I_SIZED(__VA_ARGS__)},
#define CYN_I_ENTRY_PARENT(T, P, f, value, ...)                                                              \
  {CYN_I_HEAD(T, f), CYN_FIELD_PARENT, CYN_ROLE_PARENT, 0, sizeof(P), &P##_model, NULL, 0, NULL, \
   CYN_I_SIZED(.name = value, __VA_ARGS__)},
#define CYN_I_ENTRY_GSI CYN_I_NOTHING
#define CYN_I_ENTRY_GSI_HASH CYN_I_NOTHING
#define CYN_I_ENTRY_GSI_KEYS CYN_I_NOTHING
#define CYN_I_ENTRY_GSI_HASH_KEYS CYN_I_NOTHING
#define CYN_I_ENTRY_LSI CYN_I_NOTHING

#define CYN_I_IS_KEY_KIND(k) \
  ((k) != CYN_FIELD_BOOL && (k) != CYN_FIELD_OPT_BOOL && !((k) >= CYN_FIELD_STRING_SET && (k) <= CYN_FIELD_LIST))
#define CYN_I_IS_INT_KIND(k) ((k) >= CYN_FIELD_INT8 && (k) <= CYN_FIELD_UINT64)
#define CYN_I_CHECK_PLAIN(T, role, f, ...)                                                                             \
  CYN_I_ASSERT(CYN_I_KIND(T, f) != CYN_FIELD_NONE, "model " #T ", field " #f                                           \
               ": this C type is no DynamoDB value; use CYN_MAP, CYN_LIST, CYN_MAP_LIST or CYN_CUSTOM");               \
  CYN_I_ASSERT(((role) != CYN_ROLE_HASH && (role) != CYN_ROLE_RANGE) || CYN_I_IS_KEY_KIND(CYN_I_KIND(T, f)),           \
               "model " #T ", key " #f ": a key is a string, a number or binary");                                     \
  CYN_I_ASSERT((role) != CYN_ROLE_VERSION || CYN_I_IS_INT_KIND(CYN_I_KIND(T, f)),                                      \
               "model " #T ", version " #f ": a version is an integer");                                               \
  CYN_I_ASSERT((role) != CYN_ROLE_DISCRIMINATOR || CYN_I_KIND(T, f) == CYN_FIELD_STRING,                               \
               "model " #T ", discriminator " #f ": a discriminator is a const char *");
#define CYN_I_CHECK_TTL(T, f, ...)                                                                                     \
  CYN_I_ASSERT(CYN_I_KIND(T, f) == CYN_FIELD_TIME || CYN_I_KIND(T, f) == CYN_FIELD_OPT_INT ||                          \
                   CYN_I_IS_INT_KIND(CYN_I_KIND(T, f)),                                                                \
               "model " #T ", time to live " #f ": a cyn_time, or an integer of seconds");
#define CYN_I_CHECK_JSON(T, f, ...) \
  CYN_I_ASSERT(CYN_I_KIND(T, f) == CYN_FIELD_STRING, "model " #T ", JSON " #f ": a const char *");
#define CYN_I_CHECK_MAP(T, f, M, ...)                               \
  CYN_I_ASSERT(CYN_I_MAP_KIND(T, f, M) != CYN_FIELD_NONE, "model " #T ", map " #f ": the field is no " #M " and no " #M " *");
#define CYN_I_CHECK_LIST(T, f, ...)                                                            \
  CYN_I_ASSERT(CYN_I_ELEMENT_KIND(T, f) != CYN_FIELD_NONE,                                     \
               "model " #T ", list " #f ": the C type of its elements is no DynamoDB value; use CYN_MAP_LIST for structs");
#define CYN_I_CHECK_MAP_LIST(T, f, M, ...) \
  CYN_I_ASSERT(CYN_I_IS_LIST_OF(T, f, M), "model " #T ", list " #f ": the elements are no " #M);
#define CYN_I_CHECK_ENUM(T, role, f, list, ...) \
  CYN_I_ASSERT(CYN_I_IS_INT_KIND(CYN_I_KIND(T, f)), "model " #T ", enum " #f ": the field is no integer and no enum");
#define CYN_I_CHECK_ENUM_LIST(T, f, list, ...) \
  CYN_I_ASSERT(CYN_I_IS_INT_KIND(CYN_I_ELEMENT_KIND(T, f)), "model " #T ", list " #f ": the elements are no integers and no enums");
#define CYN_I_CHECK_CUSTOM CYN_I_NOTHING
#define CYN_I_CHECK_CUSTOM_LIST CYN_I_NOTHING
#define CYN_I_CHECK_PARENT(T, P, f, ...)                                                                       \
  CYN_I_ASSERT(CYN_I_MAP_KIND(T, f, P) == CYN_FIELD_MAP, "model " #T ", parent " #f ": the field is no " #P);  \
  CYN_I_ASSERT(offsetof(T, f) == 0, "model " #T ", parent " #f ": the parent is the struct's first member");
/* The keys of an index with several of a kind: "a, b" in its descriptor. Each must be a field; 4 of a kind at most. */
#define CYN_I_NAMES(...) #__VA_ARGS__
#define CYN_I_KEY_COUNT(...) CYN_I_KEY_COUNT2(__VA_ARGS__, MANY, MANY, MANY, MANY, 4, 3, 2, 1, 0)
#define CYN_I_KEY_COUNT2(a, b, c, d, e, f, g, h, n, ...) n
#define CYN_I_KEYS_1(T, name, a) CYN_I_ASSERT(sizeof(CYN_I_FIELD(T, a)) != 0, "index " name);
#define CYN_I_KEYS_2(T, name, a, ...) CYN_I_KEYS_1(T, name, a) CYN_I_KEYS_1(T, name, __VA_ARGS__)
#define CYN_I_KEYS_3(T, name, a, ...) CYN_I_KEYS_1(T, name, a) CYN_I_KEYS_2(T, name, __VA_ARGS__)
#define CYN_I_KEYS_4(T, name, a, ...) CYN_I_KEYS_1(T, name, a) CYN_I_KEYS_3(T, name, __VA_ARGS__)
#define CYN_I_KEYS_MANY(T, name, ...) \
  CYN_I_ASSERT(sizeof(T) == 0, "model " #T ", index " name ": at most 4 attributes in its partition key and 4 in its sort key");
#define CYN_I_CHECK_KEYS(T, name, tuple) CYN_I_CHECK_KEYS2(T, name, CYN_I_UNTUPLE tuple)
#define CYN_I_CHECK_KEYS2(T, name, ...) CYN_I_KEYS_OF(CYN_I_KEY_COUNT(__VA_ARGS__))(T, name, __VA_ARGS__)
#define CYN_I_KEYS_OF(count) CYN_I_KEYS_OF2(count)
#define CYN_I_KEYS_OF2(count) CYN_I_KEYS_##count
#define CYN_I_CHECK_GSI(T, name, hash, range, ...)                    \
  CYN_I_ASSERT(sizeof(CYN_I_FIELD(T, hash)) != 0, "index " name);     \
  CYN_I_ASSERT(sizeof(CYN_I_FIELD(T, range)) != 0, "index " name);
#define CYN_I_CHECK_GSI_HASH(T, name, hash, ...) CYN_I_ASSERT(sizeof(CYN_I_FIELD(T, hash)) != 0, "index " name);
#define CYN_I_CHECK_GSI_KEYS(T, name, hashes, ranges, ...) CYN_I_CHECK_KEYS(T, name, hashes) CYN_I_CHECK_KEYS(T, name, ranges)
#define CYN_I_CHECK_GSI_HASH_KEYS(T, name, hashes, ...) CYN_I_CHECK_KEYS(T, name, hashes)
#define CYN_I_CHECK_LSI(T, name, range, ...) CYN_I_ASSERT(sizeof(CYN_I_FIELD(T, range)) != 0, "index " name);

#define CYN_I_INDEX_PLAIN CYN_I_NOTHING
#define CYN_I_INDEX_TTL CYN_I_NOTHING
#define CYN_I_INDEX_JSON CYN_I_NOTHING
#define CYN_I_INDEX_MAP CYN_I_NOTHING
#define CYN_I_INDEX_LIST CYN_I_NOTHING
#define CYN_I_INDEX_MAP_LIST CYN_I_NOTHING
#define CYN_I_INDEX_ENUM CYN_I_NOTHING
#define CYN_I_INDEX_CUSTOM CYN_I_NOTHING
#define CYN_I_INDEX_ENUM_LIST CYN_I_NOTHING
#define CYN_I_INDEX_CUSTOM_LIST CYN_I_NOTHING
#define CYN_I_INDEX_PARENT CYN_I_NOTHING
#define CYN_I_INDEX_GSI(T, name, hash, range, ...) \
  {name, false, #hash, #range, {.size = sizeof(cyn_index_options), __VA_ARGS__}},
#define CYN_I_INDEX_GSI_HASH(T, name, hash, ...) \
  {name, false, #hash, NULL, {.size = sizeof(cyn_index_options), __VA_ARGS__}},
#define CYN_I_INDEX_GSI_KEYS(T, name, hashes, ranges, ...) \
  {name, false, CYN_I_NAMES hashes, CYN_I_NAMES ranges, {.size = sizeof(cyn_index_options), __VA_ARGS__}},
#define CYN_I_INDEX_GSI_HASH_KEYS(T, name, hashes, ...) \
  {name, false, CYN_I_NAMES hashes, NULL, {.size = sizeof(cyn_index_options), __VA_ARGS__}},
#define CYN_I_INDEX_LSI(T, name, range, ...) \
  {name, true, NULL, #range, {.size = sizeof(cyn_index_options), __VA_ARGS__}},

#define CYN_I_HASHES_PLAIN(T, role, ...) +((role) == CYN_ROLE_HASH)
#define CYN_I_HASHES_ENUM(T, role, ...) +((role) == CYN_ROLE_HASH)
#define CYN_I_HASHES_CUSTOM(T, role, ...) +((role) == CYN_ROLE_HASH)
#define CYN_I_HASHES_TTL CYN_I_ZERO_OF
#define CYN_I_HASHES_JSON CYN_I_ZERO_OF
#define CYN_I_HASHES_MAP CYN_I_ZERO_OF
#define CYN_I_HASHES_LIST CYN_I_ZERO_OF
#define CYN_I_HASHES_MAP_LIST CYN_I_ZERO_OF
#define CYN_I_HASHES_ENUM_LIST CYN_I_ZERO_OF
#define CYN_I_HASHES_CUSTOM_LIST CYN_I_ZERO_OF
#define CYN_I_HASHES_PARENT CYN_I_ZERO_OF
#define CYN_I_HASHES_GSI CYN_I_ZERO_OF
#define CYN_I_HASHES_GSI_HASH CYN_I_ZERO_OF
#define CYN_I_HASHES_GSI_KEYS CYN_I_ZERO_OF
#define CYN_I_HASHES_GSI_HASH_KEYS CYN_I_ZERO_OF
#define CYN_I_HASHES_LSI CYN_I_ZERO_OF
#define CYN_I_RANGES_PLAIN(T, role, ...) +((role) == CYN_ROLE_RANGE)
#define CYN_I_RANGES_ENUM(T, role, ...) +((role) == CYN_ROLE_RANGE)
#define CYN_I_RANGES_CUSTOM(T, role, ...) +((role) == CYN_ROLE_RANGE)
#define CYN_I_RANGES_TTL CYN_I_ZERO_OF
#define CYN_I_RANGES_JSON CYN_I_ZERO_OF
#define CYN_I_RANGES_MAP CYN_I_ZERO_OF
#define CYN_I_RANGES_LIST CYN_I_ZERO_OF
#define CYN_I_RANGES_MAP_LIST CYN_I_ZERO_OF
#define CYN_I_RANGES_ENUM_LIST CYN_I_ZERO_OF
#define CYN_I_RANGES_CUSTOM_LIST CYN_I_ZERO_OF
#define CYN_I_RANGES_PARENT CYN_I_ZERO_OF
#define CYN_I_RANGES_GSI CYN_I_ZERO_OF
#define CYN_I_RANGES_GSI_HASH CYN_I_ZERO_OF
#define CYN_I_RANGES_GSI_KEYS CYN_I_ZERO_OF
#define CYN_I_RANGES_GSI_HASH_KEYS CYN_I_ZERO_OF
#define CYN_I_RANGES_LSI CYN_I_ZERO_OF

#define CYN_I_MODEL(T, table, ...)                                                                              \
  CYN_I_EACH(CYN_I_CHECK, T, __VA_ARGS__)                                                                       \
  static const cyn_attribute T##_model_attributes[] = {CYN_I_EACH(CYN_I_ENTRY, T, __VA_ARGS__)};                \
  static const cyn_model_index T##_model_indexes[] = {CYN_I_EACH(CYN_I_INDEX, T, __VA_ARGS__){                  \
      NULL, false, NULL, NULL, {.size = 0}}};                                                                   \
  static cyn_model_state T##_model_state = {NULL, NULL};                                                        \
  CYN_MODEL_DECLARE(T);                                                                                         \
  const cyn_model T##_model = {#T, sizeof(T), {CYN_I_UNTUPLE table}, T##_model_attributes,                                      \
                               sizeof T##_model_attributes / sizeof T##_model_attributes[0], T##_model_indexes, \
                               &T##_model_state}

/* ==== what a program uses ==== */

/* The model of struct T with a table of its own: CYN_MODEL(T, CYN_TABLE("Name", .option = value, …), attributes and
 * indexes…);  at file scope, where T is a typedef's name. Defines T_model. */
#define CYN_MODEL(T, table, ...)                                                                                  \
  CYN_I_ASSERT((0 CYN_I_EACH(CYN_I_HASHES, T, __VA_ARGS__)) == 1, "model " #T ": exactly one CYN_HASH_KEY");      \
  CYN_I_ASSERT((0 CYN_I_EACH(CYN_I_RANGES, T, __VA_ARGS__)) <= 1, "model " #T ": at most one CYN_RANGE_KEY");     \
  CYN_I_MODEL(T, table, __VA_ARGS__)
/* The model of a struct that stands inside others, as a map. */
#define CYN_STRUCT(T, ...) CYN_I_MODEL(T, (.size = 0), __VA_ARGS__)
/* The model of a struct that extends another one's: its first argument behind T is CYN_PARENT(P, member, "value"). The
 * table is the parent's; the value stands in the parent's CYN_DISCRIMINATOR. */
#define CYN_SUBMODEL(T, ...) CYN_I_MODEL(T, (.size = 0), __VA_ARGS__)
/* For headers: tells of a model that another file defines. */
#define CYN_MODEL_DECLARE(T) CYN_I_EXTERN const cyn_model T##_model
/* The models that extend P, for CYN_TABLE(…, .family = P_family): stands before CYN_MODEL(P, …), behind
 * CYN_MODEL_DECLARE of each. */
#define CYN_FAMILY(P, ...) \
  static const cyn_model *const P##_family[] = {CYN_I_EACH(CYN_I_MODEL_ADDRESS, P, __VA_ARGS__) NULL}
#define CYN_I_MODEL_ADDRESS(c, T) &T##_model,
#define CYN_TABLE(...) CYN_I_TABLE(__VA_ARGS__, .end_ = 0)
#define CYN_I_TABLE(name, ...) (.size = sizeof(cyn_model_options), .table = name, __VA_ARGS__)

/* Attributes: the field, then options in the order of cyn_attribute_options. */
#define CYN_HASH_KEY(...) (PLAIN, CYN_ROLE_HASH, __VA_ARGS__, .end_ = 0)
#define CYN_RANGE_KEY(...) (PLAIN, CYN_ROLE_RANGE, __VA_ARGS__, .end_ = 0)
#define CYN_ATTR(...) (PLAIN, CYN_ROLE_PLAIN, __VA_ARGS__, .end_ = 0)
/* An integer that counts the saves of an item: saves, updates and deletes are refused when it has changed meanwhile. */
#define CYN_VERSION_ATTR(...) (PLAIN, CYN_ROLE_VERSION, __VA_ARGS__, .end_ = 0)
/* Tells models of one family apart. */
#define CYN_DISCRIMINATOR(...) (PLAIN, CYN_ROLE_DISCRIMINATOR, __VA_ARGS__, .end_ = 0)
/* When the item expires: a cyn_time or integer seconds. */
#define CYN_TTL(...) (TTL, __VA_ARGS__, .end_ = 0)
/* A const char * of JSON text. */
#define CYN_JSON(...) (JSON, __VA_ARGS__, .end_ = 0)
/* CYN_MAP(field, M, …): a struct M or a pointer to one, with CYN_STRUCT(M, …). */
#define CYN_MAP(...) (MAP, __VA_ARGS__, .end_ = 0)
/* CYN_LIST(field, …): CYN_LIST_OF(type) of anything but structs. */
#define CYN_LIST(...) (LIST, __VA_ARGS__, .end_ = 0)
/* CYN_MAP_LIST(field, M, …): CYN_LIST_OF(M). */
#define CYN_MAP_LIST(...) (MAP_LIST, __VA_ARGS__, .end_ = 0)
/* CYN_ENUM(field, names, …): names[value] stands in the table; an array of const char *. */
#define CYN_ENUM(...) (ENUM, CYN_ROLE_PLAIN, __VA_ARGS__, .end_ = 0)
#define CYN_ENUM_HASH_KEY(...) (ENUM, CYN_ROLE_HASH, __VA_ARGS__, .end_ = 0)
#define CYN_ENUM_RANGE_KEY(...) (ENUM, CYN_ROLE_RANGE, __VA_ARGS__, .end_ = 0)
/* CYN_ENUM_LIST(field, names, …): CYN_LIST_OF(an integer or enum). */
#define CYN_ENUM_LIST(...) (ENUM_LIST, __VA_ARGS__, .end_ = 0)
/* CYN_CUSTOM(field, type, …): a pointer to a cyn_custom_type. */
#define CYN_CUSTOM(...) (CUSTOM, CYN_ROLE_PLAIN, __VA_ARGS__, .end_ = 0)
#define CYN_CUSTOM_HASH_KEY(...) (CUSTOM, CYN_ROLE_HASH, __VA_ARGS__, .end_ = 0)
#define CYN_CUSTOM_RANGE_KEY(...) (CUSTOM, CYN_ROLE_RANGE, __VA_ARGS__, .end_ = 0)
/* CYN_CUSTOM_LIST(field, type, …): CYN_LIST_OF(what the type's functions write and read). */
#define CYN_CUSTOM_LIST(...) (CUSTOM_LIST, __VA_ARGS__, .end_ = 0)
#define CYN_PARENT(P, ...) (PARENT, P, __VA_ARGS__, .end_ = 0)
/* Indexes: CYN_GSI("name", hash field, range field, …), with options in the order of cyn_index_options. */
#define CYN_GSI(...) (GSI, __VA_ARGS__, .end_ = 0)
#define CYN_GSI_HASH(...) (GSI_HASH, __VA_ARGS__, .end_ = 0)
/* The same with several attributes in each key, at most 4 of a kind: CYN_GSI_KEYS("name", (a, b), (c, d, e), …). A query gives
 * all those of the partition key, and of the sort key's from the left. */
#define CYN_GSI_KEYS(...) (GSI_KEYS, __VA_ARGS__, .end_ = 0)
#define CYN_GSI_HASH_KEYS(...) (GSI_HASH_KEYS, __VA_ARGS__, .end_ = 0)
#define CYN_LSI(...) (LSI, __VA_ARGS__, .end_ = 0)

/* A text with a ? for each value; the key values of an item; a field's value; a struct as a map. Borrowed until the call
 * returns. In C an expression lives as long as its block; in C++ `auto` keeps one. */
#define cyn_expr(...) CYN_I_EXPR(__VA_ARGS__)
#define cyn_keys(...) CYN_I_EXPR("", __VA_ARGS__)
#define cyn_field(T, p, f) cyn_bind_of(CYN_BIND_FIELD, &T##_model, CYN_I_IN(T, p), offsetof(T, f))
#define cyn_struct(T, p) cyn_bind_of(CYN_BIND_STRUCT, &T##_model, CYN_I_IN(T, p), 0)
/* Options, and the most frequent one. */
#define cyn_write(...) CYN_I_OPTIONS(cyn_write_options, __VA_ARGS__)
#define cyn_if(...) CYN_I_OPTIONS(cyn_write_options, .condition = cyn_expr(__VA_ARGS__))
#define cyn_read(...) CYN_I_OPTIONS(cyn_read_options, __VA_ARGS__)
#define cyn_table(...) CYN_I_OPTIONS(cyn_table_options, __VA_ARGS__)
#define cyn_batch_with(...) CYN_I_OPTIONS(cyn_batch_open_options, __VA_ARGS__)
#define cyn_settings(...) CYN_I_OPTIONS(cyn_model_options, __VA_ARGS__)

/* The calls of <cynamo/model.h>, with the struct's type checked. T is the struct's name, p a pointer to one. */
#define cyn_init(T, p, e) cyn_model_init(&T##_model, CYN_I_OUT(T, p), e)
#define cyn_save(db, T, p, options, e) cyn_model_save(db, &T##_model, CYN_I_OUT(T, p), options, e)
#define cyn_get(db, T, p, keys, options, memory, e) \
  cyn_model_get(db, &T##_model, CYN_I_OUT(T, p), keys, options, memory, e)
#define cyn_get_any(db, T, object, kind, keys, options, memory, e) \
  cyn_model_get_any(db, &T##_model, object, kind, keys, options, memory, e)
#define cyn_refresh(db, T, p, options, memory, e) cyn_model_refresh(db, &T##_model, CYN_I_OUT(T, p), options, memory, e)
#define cyn_update(db, T, p, update, options, memory, e) \
  cyn_model_update(db, &T##_model, CYN_I_OUT(T, p), update, options, memory, e)
#define cyn_delete(db, T, p, options, e) cyn_model_delete(db, &T##_model, CYN_I_IN(T, p), options, e)
#define cyn_exists(db, T, keys, options, out, e) cyn_model_exists(db, &T##_model, keys, options, out, e)
#define cyn_find(db, T, key_condition, options, e) cyn_model_find(db, &T##_model, key_condition, options, e)
#define cyn_find_all(db, T, options, e) cyn_model_find_all(db, &T##_model, options, e)
#define cyn_next(cursor, T, p) cyn_cursor_next(cursor, &T##_model, CYN_I_OUT(T, p))
#define cyn_count(db, T, key_condition, options, out, e) cyn_model_count(db, &T##_model, key_condition, options, out, e)
#define cyn_scan_parallel(db, T, options, visit, user, e) cyn_model_scan_parallel(db, &T##_model, options, visit, user, e)
#define cyn_get_many(db, T, objects, count, found, options, memory, e) \
  cyn_model_get_many(db, &T##_model, CYN_I_OUT(T, objects), count, found, options, memory, e)
#define cyn_want(T, objects, count, found) cyn_wanted_of(&T##_model, CYN_I_OUT(T, objects), count, found)
#define cyn_batch_save(batch, T, p, e) cyn_model_batch_save(batch, &T##_model, CYN_I_IN(T, p), e)
#define cyn_batch_delete(batch, T, p, e) cyn_model_batch_delete(batch, &T##_model, CYN_I_IN(T, p), e)
#define cyn_transaction_save(t, T, p, options, e) cyn_model_transaction_save(t, &T##_model, CYN_I_OUT(T, p), options, e)
#define cyn_transaction_update(t, T, p, update, options, e) \
  cyn_model_transaction_update(t, &T##_model, CYN_I_OUT(T, p), update, options, e)
#define cyn_transaction_delete(t, T, p, options, e) \
  cyn_model_transaction_delete(t, &T##_model, CYN_I_OUT(T, p), options, e)
#define cyn_transaction_check(t, T, p, options, e) cyn_model_transaction_check(t, &T##_model, CYN_I_IN(T, p), options, e)
#define cyn_transaction_get(t, T, p, found, e) cyn_model_transaction_get(t, &T##_model, CYN_I_OUT(T, p), found, e)
#define cyn_to_item(T, p, out, memory, e) cyn_model_to_item(&T##_model, CYN_I_IN(T, p), out, memory, e)
#define cyn_from_item(T, p, item, memory, e) cyn_model_from_item(&T##_model, CYN_I_OUT(T, p), item, memory, e)
#define cyn_to_json(T, p, out, memory, e) cyn_model_to_json(&T##_model, CYN_I_IN(T, p), out, memory, e)
#define cyn_from_json(T, p, json, memory, e) cyn_model_from_json(&T##_model, CYN_I_OUT(T, p), json, memory, e)
#define cyn_equal(T, a, b) cyn_model_equal(&T##_model, CYN_I_IN(T, a), CYN_I_IN(T, b))
#define cyn_create_model(db, T, options, e) cyn_model_create_table(db, &T##_model, options, e)
#define cyn_drop_model(db, T, options, e) cyn_model_delete_table(db, &T##_model, options, e)

#endif
