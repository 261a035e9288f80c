//! Numbers: `int` of 64 bits, and `float`.

use super::{
    super::{
        ir::{Arithmetic, Function as F, Graph, Id, Node},
        javascript::number as double,
        types::Kind,
    },
    Fallible,
};

/// 2^53: up to here every integer is a double.
const EXACT: i64 = 9_007_199_254_740_992;

/// What a row fails with where an integer has no place.
const TOO_LARGE: &str = "the result does not fit into 64 bits";
const INEXACT: &str = "this integer is too large to be computed exactly";

/// Binary operations on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
}

/// Whether values are `int` or `bool`.
pub(in super::super) fn is_integral(g: &Graph, x: Id) -> bool {
    matches!(g.ty(x).kind, Kind::BigInt | Kind::Boolean)
}

/// Whether values are `float`. Constants among them have a type of their own.
pub(in super::super) fn is_float(g: &Graph, x: Id) -> bool {
    matches!(g.ty(x).kind, Kind::Number | Kind::Integers(_))
}

/// Whether values are numbers of Python: `bool` is one.
pub(in super::super) fn is_number(g: &Graph, x: Id) -> bool {
    is_integral(g, x) || is_float(g, x)
}

/// An `int` or `bool` as a 64-bit integer.
pub(in super::super) fn to_integer(g: &mut Graph, x: Id) -> Id {
    match g.ty(x).kind {
        Kind::Boolean => {
            let (one, zero) = (g.big_int(1), g.big_int(0));
            g.if_else(x, one, zero)
        }
        _ => x,
    }
}

/// An integer of an enum as it is stored, as an `int`.
pub(in super::super) fn loaded(g: &mut Graph, x: Id) -> Id {
    if !matches!(g.ty(x).kind, Kind::Integers(_)) || !g.is_stored(x) {
        return x;
    }
    let known = g.known(x);
    let value = g.apply(F::CountToInteger, &[known]);
    let (absent, nothing) = (g.is_nothing(x), g.null());
    g.if_else(absent, nothing, value)
}

/// A number as a double: the nearest one.
pub(in super::super) fn to_float(g: &mut Graph, x: Id) -> Id {
    match g.ty(x).kind {
        Kind::Number | Kind::Integers(_) => x,
        _ => {
            let integer = to_integer(g, x);
            g.apply(F::IntegerToNumber, &[integer])
        }
    }
}

/// An operation on two numbers.
pub(in super::super) fn operation(g: &mut Graph, op: Operation, a: Id, b: Id) -> Fallible {
    if is_integral(g, a) && is_integral(g, b) {
        let (a, b) = (to_integer(g, a), to_integer(g, b));
        return integer_operation(g, op, a, b);
    }
    let (a, b) = (to_float(g, a), to_float(g, b));
    let function = match op {
        Operation::Add => F::Add,
        Operation::Subtract => F::Subtract,
        Operation::Multiply => F::Multiply,
        Operation::Divide => {
            let by_zero = is_zero(g, b);
            let value = g.apply(F::Divide, &[a, b]);
            return Fallible::unless(g, value, by_zero, "ZeroDivisionError: float division by zero");
        }
        Operation::FloorDivide => return float_floor_divide(g, a, b),
        Operation::Remainder => return float_remainder(g, a, b),
    };
    let value = g.apply(function, &[a, b]);
    Fallible::total(g, value)
}

fn integer_operation(g: &mut Graph, op: Operation, a: Id, b: Id) -> Fallible {
    let arithmetic = match op {
        Operation::Add => Arithmetic::Add,
        Operation::Subtract => Arithmetic::Subtract,
        Operation::Multiply => Arithmetic::Multiply,
        Operation::Divide => return integer_divide(g, a, b),
        Operation::FloorDivide => {
            let by_zero = is_zero(g, b);
            let reason = g.text("ZeroDivisionError: integer division or modulo by zero");
            let failure = g.failure_if(by_zero, reason);
            let (least, minus_one) = (g.big_int(i64::MIN), g.big_int(-1));
            let (is_least, is_minus_one) = (g.equal(a, least), g.equal(b, minus_one));
            let overflows = g.and(is_least, is_minus_one);
            let value = g.apply(F::FloorQuotient, &[a, b]);
            return Fallible::unless(g, value, overflows, TOO_LARGE).after(g, failure);
        }
        Operation::Remainder => {
            let by_zero = is_zero(g, b);
            let value = g.apply(F::FloorRemainder, &[a, b]);
            return Fallible::unless(g, value, by_zero, "ZeroDivisionError: integer modulo by zero");
        }
    };
    let (value, overflows) = g.integer_arithmetic(arithmetic, a, b);
    if is_small(g, a) && is_small(g, b) {
        return Fallible::total(g, value);
    }
    Fallible::unless(g, value, overflows, TOO_LARGE)
}

/// `/` of integers is the double that is nearest to the exact quotient. It is the quotient of doubles
/// while both integers are doubles.
fn integer_divide(g: &mut Graph, a: Id, b: Id) -> Fallible {
    let by_zero = is_zero(g, b);
    let reason = g.text("ZeroDivisionError: division by zero");
    let failure = g.failure_if(by_zero, reason);
    let (is_large, other) = (is_inexact(g, a), is_inexact(g, b));
    let is_large = g.or(is_large, other);
    let (a, b) = (to_float(g, a), to_float(g, b));
    let value = g.apply(F::Divide, &[a, b]);
    Fallible::unless(g, value, is_large, INEXACT).after(g, failure)
}

/// Whether an integer is beyond those that are all doubles.
fn is_inexact(g: &mut Graph, x: Id) -> Id {
    if is_small(g, x) {
        return g.boolean(false);
    }
    let (low, high) = (g.big_int(-EXACT), g.big_int(EXACT));
    let (below, above) = (g.apply(F::Less, &[x, low]), g.apply(F::Less, &[high, x]));
    g.or(below, above)
}

/// Whether an integer is known to be far below the limits, so that one operation stays within them.
fn is_small(g: &Graph, x: Id) -> bool {
    match g.node(x) {
        Node::BigInt(value) => value.unsigned_abs() < 1 << 30,
        Node::If(_, a, b) => is_small(g, *a) && is_small(g, *b),
        Node::Apply(F::CountToInteger, _) => true,
        Node::Apply(F::FloorRemainder, args) => is_small(g, args[1]),
        _ => false,
    }
}

fn is_zero(g: &mut Graph, x: Id) -> Id {
    let zero = if g.ty(x).kind == Kind::BigInt { g.big_int(0) } else { g.number(0.0) };
    g.equal(x, zero)
}

/// `%` of floats: the exact remainder, with the divisor's sign.
fn float_remainder(g: &mut Graph, a: Id, b: Id) -> Fallible {
    let by_zero = is_zero(g, b);
    let reason = g.text("ZeroDivisionError: float modulo");
    let failure = g.failure_if(by_zero, reason);
    let (rest, fails) = double::remainder(g, a, b);
    let (zero, minus_zero) = (g.number(0.0), g.number(-0.0));
    let is_divisor_negative = g.apply(F::Less, &[b, zero]);
    let is_rest_negative = g.apply(F::Less, &[rest, zero]);
    let has_same_sign = g.equal(is_divisor_negative, is_rest_negative);
    let moved = g.apply(F::Add, &[rest, b]);
    let signed = g.if_else(has_same_sign, rest, moved);
    let nothing = g.if_else(is_divisor_negative, minus_zero, zero);
    let is_nothing = is_zero(g, rest);
    let value = g.if_else(is_nothing, nothing, signed);
    Fallible::unless(g, value, fails, INEXACT).after(g, failure)
}

/// `//` of floats: what is left of the dividend without the remainder, divided and made whole.
fn float_floor_divide(g: &mut Graph, a: Id, b: Id) -> Fallible {
    let by_zero = is_zero(g, b);
    let reason = g.text("ZeroDivisionError: float floor division by zero");
    let failure = g.failure_if(by_zero, reason);
    let (rest, fails) = double::remainder(g, a, b);
    let (zero, half, one) = (g.number(0.0), g.number(0.5), g.number(1.0));
    let without = g.apply(F::Subtract, &[a, rest]);
    let quotient = g.apply(F::Divide, &[without, b]);
    let is_exact = is_zero(g, rest);
    let is_divisor_negative = g.apply(F::Less, &[b, zero]);
    let is_rest_negative = g.apply(F::Less, &[rest, zero]);
    let has_same_sign = g.equal(is_divisor_negative, is_rest_negative);
    let keeps = g.or(is_exact, has_same_sign);
    let lower = g.apply(F::Subtract, &[quotient, one]);
    let quotient = g.if_else(keeps, quotient, lower);
    let floor = g.apply(F::Floor, &[quotient]);
    let fraction = g.apply(F::Subtract, &[quotient, floor]);
    let is_above = g.apply(F::Less, &[half, fraction]);
    let above = g.apply(F::Add, &[floor, one]);
    let whole = g.if_else(is_above, above, floor);
    // A zero has the sign of the plain quotient.
    let plain = g.apply(F::Divide, &[a, b]);
    let signed_zero = g.apply(F::Multiply, &[plain, zero]);
    let is_nothing = is_zero(g, quotient);
    let value = g.if_else(is_nothing, signed_zero, whole);
    Fallible::unless(g, value, fails, INEXACT).after(g, failure)
}

/// `-x`.
pub(in super::super) fn negate(g: &mut Graph, x: Id) -> Fallible {
    if is_integral(g, x) {
        let (zero, x) = (g.big_int(0), to_integer(g, x));
        return integer_operation(g, Operation::Subtract, zero, x);
    }
    let value = match g.as_number(x) {
        Some(value) => g.number(-value),
        None => g.apply(F::Negate, &[x]),
    };
    Fallible::total(g, value)
}

/// `abs(x)`.
pub(in super::super) fn absolute(g: &mut Graph, x: Id) -> Fallible {
    if !is_integral(g, x) {
        let value = g.apply(F::Absolute, &[x]);
        return Fallible::total(g, value);
    }
    let x = to_integer(g, x);
    let zero = g.big_int(0);
    let is_negative = g.apply(F::Less, &[x, zero]);
    let negative = negate(g, x);
    let value = g.if_else(is_negative, negative.value, x);
    let passes = g.null();
    Fallible { value, failure: g.if_else(is_negative, negative.failure, passes) }
}

/// `a < b` or `a <= b` of two numbers.
pub(in super::super) fn order(g: &mut Graph, function: F, a: Id, b: Id) -> Fallible {
    compared(g, a, b, |g, a, b| g.apply(function.clone(), &[a, b]))
}

/// `a == b` of two numbers.
pub(in super::super) fn equal(g: &mut Graph, a: Id, b: Id) -> Fallible {
    compared(g, a, b, Graph::equal)
}

/// An `int` and a `float` are compared by their exact values. The nearest double of an integer
/// compares in the same way, unless both are so large that not every integer is a double.
fn compared(g: &mut Graph, a: Id, b: Id, compare: impl Fn(&mut Graph, Id, Id) -> Id) -> Fallible {
    if g.ty(a).kind == Kind::Boolean && g.ty(b).kind == Kind::Boolean {
        let (a, b) = (to_integer(g, a), to_integer(g, b));
        let value = compare(g, a, b);
        return Fallible::total(g, value);
    }
    let (a_is_integral, b_is_integral) = (is_integral(g, a), is_integral(g, b));
    if a_is_integral && b_is_integral {
        let (a, b) = (to_integer(g, a), to_integer(g, b));
        let value = compare(g, a, b);
        return Fallible::total(g, value);
    }
    let (x, y) = (to_float(g, a), to_float(g, b));
    let value = compare(g, x, y);
    let is_usual = |id| g.as_number(id).is_some_and(|value: f64| value.abs() < EXACT as f64);
    if a_is_integral == b_is_integral || is_usual(x) || is_usual(y) {
        return Fallible::total(g, value);
    }
    let integer = if a_is_integral { a } else { b };
    let integer = to_integer(g, integer);
    let is_large = is_inexact(g, integer);
    Fallible::unless(g, value, is_large, INEXACT)
}

/// `int(x)` and `math.trunc(x)` of a float, and after `math.floor` and `math.ceil`.
pub(in super::super) fn truncate(g: &mut Graph, x: Id) -> Fallible {
    if is_integral(g, x) {
        let value = to_integer(g, x);
        return Fallible::total(g, value);
    }
    let whole = g.apply(F::Truncate, &[x]);
    let integer = g.apply(F::NumberToInteger, &[whole]);
    let (nan, infinite, large) = (
        g.text("ValueError: cannot convert float NaN to integer"),
        g.text("OverflowError: cannot convert float infinity to integer"),
        g.text(TOO_LARGE),
    );
    let is_nan = g.apply(F::IsNaN, &[x]);
    let is_finite = g.apply(F::IsFinite, &[x]);
    let reason = g.if_else(is_finite, large, infinite);
    let reason = g.if_else(is_nan, nan, reason);
    let fails = g.is_nothing(integer);
    Fallible { value: g.known(integer), failure: g.failure_if(fails, reason) }
}

/// `round(x)`: to the nearest integer, halves to the even one.
pub(in super::super) fn round(g: &mut Graph, x: Id) -> Fallible {
    if is_integral(g, x) {
        return truncate(g, x);
    }
    let (half, one, two) = (g.number(0.5), g.number(1.0), g.number(2.0));
    let floor = g.apply(F::Floor, &[x]);
    let fraction = g.apply(F::Subtract, &[x, floor]);
    let above = g.apply(F::Add, &[floor, one]);
    let halves = g.apply(F::Divide, &[floor, two]);
    let whole_halves = g.apply(F::Floor, &[halves]);
    let is_even = g.equal(halves, whole_halves);
    let tie = g.if_else(is_even, floor, above);
    let is_below = g.apply(F::Less, &[fraction, half]);
    let is_above = g.apply(F::Less, &[half, fraction]);
    let rounded = g.if_else(is_above, above, tie);
    let rounded = g.if_else(is_below, floor, rounded);
    // Infinity minus itself is NaN, which would hide what the value was.
    let is_finite = g.apply(F::IsFinite, &[x]);
    let rounded = g.if_else(is_finite, rounded, x);
    truncate(g, rounded)
}

/// The text of a float with a fixed count of decimals, halves to the even digit, as
/// `f"{x:.2f}"` has it.
pub(in super::super) fn fixed(g: &mut Graph, x: Id, decimals: u8) -> Fallible {
    let size = g.apply(F::Absolute, &[x]);
    // A half of the last decimal is an odd multiple of a power of two, which doubles tell exactly.
    let scale = g.number(2_f64.powi(i32::from(decimals) + 1));
    let two = g.number(2.0);
    let scaled = g.apply(F::Multiply, &[size, scale]);
    let whole = g.apply(F::Floor, &[scaled]);
    let is_whole = g.equal(scaled, whole);
    let halves = g.apply(F::Divide, &[scaled, two]);
    let whole_halves = g.apply(F::Floor, &[halves]);
    let is_even = g.equal(halves, whole_halves);
    let is_odd = g.not(is_even);
    let is_tie = g.and(is_whole, is_odd);
    let up = g.apply(F::Fixed(decimals), &[size]);
    let digit_is_odd = g.apply(F::Matches("[13579]$".to_owned()), &[up]);
    let goes_down = g.and(is_tie, digit_is_odd);
    // The double before it, which is nearer to the lower digit.
    let nearly = g.number(1.0 - f64::EPSILON / 2.0);
    let before = g.apply(F::Multiply, &[size, nearly]);
    let down = g.apply(F::Fixed(decimals), &[before]);
    let digits = g.if_else(goes_down, down, up);

    let is_negative = has_minus(g, x);
    let (minus, empty) = (g.text("-"), g.text(""));
    let sign = g.if_else(is_negative, minus, empty);
    let (nan, infinite) = (g.text("nan"), g.text("inf"));
    let is_finite = g.apply(F::IsFinite, &[x]);
    let digits = g.if_else(is_finite, digits, infinite);
    let text = super::concatenated(g, &[sign, digits]);
    let is_nan = g.apply(F::IsNaN, &[x]);
    let text = g.if_else(is_nan, nan, text);
    let limit = g.number(1e21);
    let is_large = g.apply(F::LessOrEqual, &[limit, size]);
    let is_large = g.and(is_finite, is_large);
    Fallible::unless(g, text, is_large, "this number is too large to be computed exactly")
}

/// `round(x, decimals)` of a float.
pub(in super::super) fn round_to(g: &mut Graph, x: Id, decimals: u8) -> Fallible {
    let text = fixed(g, x, decimals);
    let rounded = g.apply(F::TextToNumber, &[text.value]);
    let limit = g.number(1e15);
    let size = g.apply(F::Absolute, &[x]);
    // From here on a double has no such decimals. NaN and the infinities are what they are, too.
    let has_decimals = g.apply(F::Less, &[size, limit]);
    let value = g.if_else(has_decimals, rounded, x);
    Fallible::total(g, value)
}

/// Whether a number has a minus sign: also -0.
fn has_minus(g: &mut Graph, x: Id) -> Id {
    let (zero, one) = (g.number(0.0), g.number(1.0));
    let is_negative = g.apply(F::Less, &[x, zero]);
    let reciprocal = g.apply(F::Divide, &[one, x]);
    let is_minus_zero = g.apply(F::Less, &[reciprocal, zero]);
    g.or(is_negative, is_minus_zero)
}

/// `repr` of a float: the shortest digits, with an exponent below 0.0001 and from 1e16 on.
pub(in super::super) fn to_text(g: &mut Graph, x: Id) -> Id {
    let digits = g.apply(F::DigitsOfNumber, &[x]);
    let size = g.apply(F::Absolute, &[x]);
    let below = |g: &mut Graph, limit: f64| {
        let limit = g.number(limit);
        g.apply(F::Less, &[size, limit])
    };
    let substitute = |g: &mut Graph, text: Id, pattern: &str, replacement: &str| {
        let function = F::Substitute {
            pattern: pattern.to_owned(),
            replacement: replacement.to_owned(),
            which: super::super::ir::Occurrences::First,
        };
        g.apply(function, &[text])
    };
    let point_zero = g.text(".0");
    let whole = super::concatenated(g, &[digits, point_zero]);
    let is_plain = g.apply(F::Matches("[.]".to_owned()), &[digits]);
    let plain = g.if_else(is_plain, digits, whole);

    // From 1e16 to 1e21 there are only digits.
    let mantissa = substitute(g, digits, "^(-?[0-9])([0-9]*?)0*$", r"\1.\2");
    let mantissa = substitute(g, mantissa, "[.]$", "");
    let mut exponent = g.text("e+20");
    for power in [19, 18, 17, 16] {
        let is_below = below(g, 10_f64.powi(power + 1));
        let shorter = g.text(&format!("e+{power}"));
        exponent = g.if_else(is_below, shorter, exponent);
    }
    let large = super::concatenated(g, &[mantissa, exponent]);
    let huge = substitute(g, digits, "e", "e+");
    let has_digits = below(g, 1e21);
    let large = g.if_else(has_digits, large, huge);

    // Down to 1e-6 there are leading zeros.
    let mantissa = substitute(g, digits, "^(-?)0[.]0+([1-9])([0-9]*)$", r"\1\2.\3");
    let mantissa = substitute(g, mantissa, "[.]$", "");
    let (six, five) = (g.text("e-06"), g.text("e-05"));
    let is_smaller = below(g, 1e-5);
    let exponent = g.if_else(is_smaller, six, five);
    let small = super::concatenated(g, &[mantissa, exponent]);
    let tiny = substitute(g, digits, "e-([0-9])$", r"e-0\1");
    let is_tiny = below(g, 1e-6);
    let small = g.if_else(is_tiny, tiny, small);

    let is_usual = below(g, 1e16);
    let finite = g.if_else(is_usual, plain, large);
    let is_small = below(g, 1e-4);
    let finite = g.if_else(is_small, small, finite);
    let zero = g.number(0.0);
    let is_zero = g.equal(x, zero);
    let finite = g.if_else(is_zero, whole, finite);
    let (nan, positive, negative) = (g.text("nan"), g.text("inf"), g.text("-inf"));
    let is_positive = g.apply(F::Less, &[zero, x]);
    let infinite = g.if_else(is_positive, positive, negative);
    let is_nan = g.apply(F::IsNaN, &[x]);
    let unusual = g.if_else(is_nan, nan, infinite);
    let is_finite = g.apply(F::IsFinite, &[x]);
    g.if_else(is_finite, finite, unusual)
}

/// `int(text)` in base 10.
pub(in super::super) fn parse_integer(g: &mut Graph, s: Id) -> Fallible {
    let digits = super::text::trimmed_number(g, s);
    let integer = g.apply(F::TextToInteger, &[digits]);
    let is_decimal = g.apply(F::Matches("^[+-]?[0-9]+$".to_owned()), &[digits]);
    let large = g.text("this integer does not fit into 64 bits");
    let other = not_read(g, s, "ValueError: invalid literal for int() with base 10: ");
    let absent = g.is_nothing(integer);
    let passes = g.null();
    let overflow = g.failure_if(absent, large);
    Fallible {
        value: g.known(integer),
        failure: if passes == overflow { passes } else { g.if_else(is_decimal, overflow, other) },
    }
}

/// `float(text)`.
pub(in super::super) fn parse_float(g: &mut Graph, s: Id) -> Fallible {
    const DECIMAL: &str = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$";
    const INFINITY: &str = "^(?i)[+-]?inf(inity)?$";
    const NAN: &str = "^(?i)[+-]?nan$";
    let digits = super::text::trimmed_number(g, s);
    let is_decimal = g.apply(F::Matches(DECIMAL.to_owned()), &[digits]);
    let is_infinite = g.apply(F::Matches(INFINITY.to_owned()), &[digits]);
    let is_nan = g.apply(F::Matches(NAN.to_owned()), &[digits]);
    let minus = g.text("-");
    let is_negative = g.apply(F::StartsWith, &[digits, minus]);
    let (positive, negative, nan) =
        (g.number(f64::INFINITY), g.number(f64::NEG_INFINITY), g.number(f64::NAN));
    let infinite = g.if_else(is_negative, negative, positive);
    let unusual = g.if_else(is_infinite, infinite, nan);
    let number = g.apply(F::TextToNumber, &[digits]);
    let value = g.if_else(is_decimal, number, unusual);
    let reason = not_read(g, s, "ValueError: could not convert string to float: ");
    let reads = g.or(is_infinite, is_nan);
    let reads = g.or(is_decimal, reads);
    let fails = g.not(reads);
    Fallible { value, failure: g.failure_if(fails, reason) }
}

/// Why a text is no number. What else Python reads as digits is left to it.
fn not_read(g: &mut Graph, s: Id, message: &str) -> Id {
    let is_other = g.apply(F::Matches(r"[^\x00-\x7f]|_".to_owned()), &[s]);
    let (quote, end) = (g.text("`"), g.text("` is not written in decimal digits"));
    let other = super::concatenated(g, &[quote, s, end]);
    let message = g.text(message);
    let shown = super::text::repr(g, s);
    let reason = super::concatenated(g, &[message, shown]);
    g.if_else(is_other, other, reason)
}
