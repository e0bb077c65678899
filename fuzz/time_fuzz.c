/* Fuzz target: times and doubles. The first byte chooses: a time as text (the mapper's, the configuration's, an answer's Date
 * header), a time as a number, a double's or a float's bits. What is written reads as the same; what is read is in its range. */
#include <math.h>

#include "base/sigv4.h"
#include "client/answer.h"
#include "client/timestamp.h"
#include "fuzz.h"
#include "model/decimal.h"
#include "model/time.h"

static void write_time(int64_t us) {
  char text[CYN_TIME_TEXT_LENGTH], basic[17];
  int64_t again;
  if (!cyn_i_time_format(us, text)) return;
  demand(cyn_i_time_parse((cyn_bytes){text, sizeof text}, &again) && again == us);
  if (us < 0) return;
  cyn_i_sigv4_time(us / 1000, basic);
  demand(strlen(basic) == 16 && basic[8] == 'T' && basic[15] == 'Z');
  demand(memcmp(basic, text, 4) == 0 && memcmp(basic + 4, text + 5, 2) == 0 && memcmp(basic + 6, text + 8, 2) == 0);
}

static void read_times(cyn_bytes text) {
  int64_t value;
  if (cyn_i_time_parse(text, &value)) write_time(value);
  (void)cyn_i_timestamp_parse(text, &value);
  value = cyn_i_answer_date_ms(text);
  demand(value >= 0);
}

static void check_number(const cyn_i_number *number, double value) {
  demand(cyn_i_number_is_valid(number->bytes, number->size));
  double back = cyn_i_number_to_double(number->bytes, number->size);
  demand(back == value);
  cyn_decimal decimal = cyn_i_decimal_from_number(number->bytes, number->size);
  cyn_i_number again;
  demand(memchr(decimal.text, '\0', sizeof decimal.text) != NULL);
  demand(cyn_i_number_parse(cyn_str(decimal.text), &again) == CYN_NUMBER_OK && again.size == number->size &&
         memcmp(again.bytes, number->bytes, again.size) == 0);
  uint64_t integer;
  if (!cyn_i_number_to_uint(number->bytes, number->size, &integer)) return;
  again = cyn_i_number_from_uint(integer);
  demand(again.size == number->size && memcmp(again.bytes, number->bytes, again.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_number number;
  if (size < 9) return 0;
  double wide;
  float narrow;
  int64_t us;
  memcpy(&wide, data + 1, sizeof wide);
  memcpy(&narrow, data + 1, sizeof narrow);
  memcpy(&us, data + 1, sizeof us);
  switch (data[0] % 4) {
    case 0: read_times((cyn_bytes){(const char *)data + 1, size - 1}); break;
    case 1: write_time(us); break;
    case 2:
      if (cyn_i_number_from_double(wide, &number)) check_number(&number, wide);
      else demand(!isfinite(wide) || fabs(wide) >= 1e125 || fabs(wide) < 1e-130);
      break;
    default:
      if (!cyn_i_number_from_float(narrow, &number)) {
        demand(!isfinite(narrow));
        break;
      }
      demand((float)cyn_i_number_to_double(number.bytes, number.size) == narrow);
      break;
  }
  return 0;
}
