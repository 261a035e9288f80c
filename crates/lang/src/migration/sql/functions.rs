//! The functions of the intermediate form, each as the database's function or template.

use antler_core::{
    names::SqlIdent,
    schema::{DataType, Precise},
    sql::{BinaryOp, Expr, Literal},
};

use super::{Printer, binary, choice, count_of, integer, narrowed, read_as};
use crate::migration::{
    ir::{Arithmetic, DatePart, Function as F, Id, Node, Occurrences},
    javascript::date::STORABLE,
};

/// The ISO form of dates, for the years that `DateTime64` has. That the day exists in its month is
/// left to the parser.
const DATE_TEXT: &str = r"^(19|2[0-2])[0-9][0-9](-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?)?))$";

/// White space of ECMAScript around a text.
const SURROUNDING: &str = r"^[\s\v\pZ\x{FEFF}]+|[\s\v\pZ\x{FEFF}]+$";
/// The usual spelling of whole numbers.
const SHORT_DIGITS: &str = "^(0|-?[1-9][0-9]{0,14})$";
/// `StrDecimalLiteral`, or nothing at all, which is 0.
const DECIMAL: &str = "^([+-]?(Infinity|([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?))?$";
/// `NonDecimalIntegerLiteral`.
const RADIX: &str = "^0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$";

/// Characters that are two UTF-16 code units.
const ASTRAL: &str = r"[\x{10000}-\x{10FFFF}]";

impl Printer<'_> {
    pub(super) fn function(&mut self, function: &F, args: &[Id]) -> Expr {
        match function {
            F::IsNothing => {
                let value = args[0];
                let printed =
                    if self.graph.is_stored(value) { self.stored(value) } else { self.value(value) };
                Expr::call("isNull", [printed])
            }
            F::Not => self.not(args[0]),
            F::And => self.binary(BinaryOp::And, args),
            F::Or => self.binary(BinaryOp::Or, args),
            F::Equal => self.equality(BinaryOp::Eq, args),
            F::Less => self.binary(BinaryOp::Less, args),
            F::LessOrEqual => self.binary(BinaryOp::LessEq, args),
            F::TextLess => {
                let (a, b) = (self.text_key(args[0]), self.text_key(args[1]));
                binary(BinaryOp::Less, a, b)
            }
            F::OneOf(words) => {
                let words: Vec<_> = words.iter().map(|word| Expr::string(word.clone())).collect();
                Expr::call("in", [self.value(args[0]), Expr::call("tuple", words)])
            }
            F::Add => self.binary(BinaryOp::Plus, args),
            F::Subtract => self.binary(BinaryOp::Minus, args),
            F::Multiply => self.binary(BinaryOp::Times, args),
            F::Divide => self.binary(BinaryOp::Divide, args),
            F::Negate => self.call("negate", args),
            F::Floor => self.call("floor", args),
            F::Ceil => self.call("ceil", args),
            F::Truncate => self.call("trunc", args),
            F::Absolute => self.call("abs", args),
            F::SquareRoot => self.call("sqrt", args),
            F::IsNaN => self.call("isNaN", args),
            F::IsFinite => self.call("isFinite", args),
            F::IntegerRemainder => self.call("modulo", args),
            F::ScaledRemainder => self.scaled_remainder(args),
            F::Bits(op) => Expr::call("toFloat64", [self.bits(*op, args)]),
            F::DigitsIn(base) => self.digits_in(*base, args[0]),
            F::CodeUnit => self.code_unit(args),
            F::Character => self.character(args[0]),
            F::Backwards => self.call("reverseUTF8", args),
            F::IntegerArithmetic(op) => self.binary(operator(*op), args),
            F::Overflows(op) => self.overflows(*op, args),
            F::FloorQuotient => self.floor_quotient(args),
            F::FloorRemainder => self.floor_remainder(args),
            F::CountToInteger => self.call("toInt64", args),
            F::NumberToInteger => {
                Expr::call("accurateCastOrNull", [self.computed(args[0]), Expr::string("Int64")])
            }
            F::Narrow(Precise::Text(of)) => read_as(self.repeated(args[0]), *of),
            F::Narrow(of) => narrowed(self.computed(args[0]), *of),
            F::TextToInteger => self.call("toInt64OrNull", args),
            F::IntegerToNumber => self.call("toFloat64", args),
            F::IntegerToText => Expr::call("toString", [self.computed(args[0])]),
            F::DigitsOfNumber => self.call("toString", args),
            F::TextToNumber => self.text_to_number(args[0]),
            F::Matches(pattern) => Expr::call("match", [self.value(args[0]), Expr::string(pattern.clone())]),
            F::Extract(pattern) => {
                Expr::call("extract", [self.value(args[0]), Expr::string(pattern.clone())])
            }
            F::Without(pattern) => Expr::call(
                "replaceRegexpAll",
                [self.value(args[0]), Expr::string(pattern.clone()), Expr::string("")],
            ),
            F::ExtractAll(pattern) => {
                Expr::call("extractAll", [self.value(args[0]), Expr::string(pattern.clone())])
            }
            F::Substitute { pattern, replacement, which } => {
                let function = match which {
                    Occurrences::First => "replaceRegexpOne",
                    Occurrences::All => "replaceRegexpAll",
                };
                let (pattern, replacement) = (pattern.clone(), replacement.clone());
                Expr::call(function, [self.value(args[0]), Expr::string(pattern), Expr::string(replacement)])
            }
            F::SplitBy(pattern) => {
                Expr::call("splitByRegexp", [Expr::string(pattern.clone()), self.value(args[0])])
            }
            F::Concatenate => self.call("concat", args),
            F::CharacterCount => Expr::call("toFloat64", [self.call("lengthUTF8", args)]),
            F::AstralCount => Expr::call(
                "toFloat64",
                [Expr::call("countMatches", [self.value(args[0]), Expr::string(ASTRAL)])],
            ),
            F::HasAstral => Expr::call("match", [self.value(args[0]), Expr::string(ASTRAL)]),
            F::Substring => self.substring(args),
            F::CodeUnits => self.code_units(args),
            F::SplitsPair => self.splits_pair(args),
            F::Upper => self.call("upperUTF8", args),
            F::Lower => self.call("lowerUTF8", args),
            F::Contains => {
                let position = self.call("position", args);
                binary(BinaryOp::Greater, position, count_of(0))
            }
            F::StartsWith => self.call("startsWith", args),
            F::EndsWith => self.call("endsWith", args),
            F::Before => {
                let text = self.repeated(args[0]);
                let position = Expr::call("position", [text.clone(), self.value(args[1])]);
                // Not found is position 0, and a length below zero would count from the end.
                let length =
                    Expr::call("greatest", [binary(BinaryOp::Minus, position, count_of(1)), count_of(0)]);
                Expr::call("substring", [text, count_of(1), length])
            }
            F::Repeat => {
                let count = self.whole(args[1]);
                Expr::call("repeat", [self.value(args[0]), count])
            }
            F::ReplaceFirst => self.call("replaceOne", args),
            F::ReplaceAll => self.call("replaceAll", args),
            F::Split => {
                let (text, separator) = (self.value(args[0]), self.value(args[1]));
                Expr::call("splitByString", [separator, text])
            }
            F::Fixed(decimals) => self.fixed(args[0], *decimals),
            F::IsDateText => {
                let text = self.repeated(args[0]);
                let matches = Expr::call("match", [text.clone(), Expr::string(DATE_TEXT)]);
                let parsed =
                    Expr::call("parseDateTime64BestEffortOrNull", [text, count_of(3), Expr::string("UTC")]);
                // An offset may lead out of the first or last year.
                let time = Expr::call("toUnixTimestamp64Milli", [parsed]);
                let (first, last) = (count_of(STORABLE.0 as i64), count_of(STORABLE.1 as i64));
                let storable = binary(
                    BinaryOp::And,
                    binary(BinaryOp::GreaterEq, time.clone(), first),
                    binary(BinaryOp::LessEq, time, last),
                );
                binary(BinaryOp::And, matches, Expr::call("ifNull", [storable, Expr::bool(false)]))
            }
            F::TimeClip => {
                let time = self.repeated(args[0]);
                let is_valid =
                    binary(BinaryOp::LessEq, Expr::call("abs", [time.clone()]), Expr::float(8.64e15));
                // Adding zero turns -0 into 0.
                let whole = binary(BinaryOp::Plus, Expr::call("trunc", [time]), Expr::float(0.0));
                Expr::call("if", [is_valid, whole, Expr::float(f64::NAN)])
            }
            F::FirstOf => self.call("coalesce", args),
            // Dates are printed as milliseconds or as they are stored.
            F::TextToDate | F::NumberToDate => Expr::Literal(Literal::Null),
            F::DateToNumber => self.milliseconds(args[0]),
            F::DatePart(part) => self.date_part(*part, args[0]),
            F::DateToText => {
                let text = Expr::call("toString", [self.instant(args[0])]);
                let text = Expr::call("replaceOne", [text, Expr::string(" "), Expr::string("T")]);
                Expr::call("concat", [text, Expr::string("Z")])
            }
            F::ArrayLength => Expr::call("toFloat64", [self.call("length", args)]),
            F::Element => {
                let array = self.value(args[0]);
                self.element_of(array, args[1])
            }
            F::Slice | F::Reverse => {
                let array = self.value(args[0]);
                self.part(function, array, args)
            }
            F::Chain => self.call("arrayConcat", args),
            F::Flatten => self.flatten(args[0]),
            F::ArrayIncludes => self.call("has", args),
            F::Join if self.graph.as_text(args[1]).is_some() => self.call("arrayStringConcat", args),
            F::Join => self.join(args[0], args[1]),
            // Its result is read like a column, never computed with.
            F::Migration(_) | F::Written(_) => Expr::null(),
        }
    }

    fn call(&mut self, function: &'static str, args: &[Id]) -> Expr {
        let args: Vec<_> = args.iter().map(|arg| self.value(*arg)).collect();
        Expr::call(function, args)
    }

    fn binary(&mut self, op: BinaryOp, args: &[Id]) -> Expr {
        let (a, b) = (self.value(args[0]), self.value(args[1]));
        binary(op, a, b)
    }

    /// Equality. A column of an enum is compared with one of its words as it is stored.
    fn equality(&mut self, op: BinaryOp, args: &[Id]) -> Expr {
        for (column, word) in [(args[0], args[1]), (args[1], args[0])] {
            if let (Some(word), Some((DataType::StringEnum(words), false))) =
                (self.graph.as_text(word), self.stored_type(column))
                && matches!(self.graph.node(column), Node::Column(_) | Node::Field(..))
                && words.contains(word)
            {
                let word = Expr::string(word);
                return binary(op, self.stored(column), word);
            }
        }
        self.binary(op, args)
    }

    fn not(&mut self, value: Id) -> Expr {
        // Not of a comparison is its opposite, except for the order of NaN.
        match self.graph.node(value) {
            Node::Apply(F::Equal, args) => {
                let args = args.clone();
                self.equality(BinaryOp::NotEq, &args)
            }
            Node::Apply(F::IsNothing, _) => match self.value(value) {
                Expr::Call { function: "isNull", args } => Expr::Call { function: "isNotNull", args },
                named => Expr::call("not", [named]),
            },
            _ => Expr::call("not", [self.value(value)]),
        }
    }

    /// Order by UTF-16 code units is the order of bytes, once the characters from U+E000 to U+FFFF
    /// sort behind those that are two code units. Their first bytes are EE and EF.
    pub(super) fn text_key(&mut self, id: Id) -> Expr {
        let text = self.value(id);
        if self.graph.as_text(id).is_some_and(|text| text.chars().all(|c| c < '\u{E000}')) {
            return text;
        }
        let byte = |value| Expr::call("char", [count_of(value)]);
        let text = Expr::call("replaceAll", [text, byte(0xEE), byte(0xF5)]);
        Expr::call("replaceAll", [text, byte(0xEF), byte(0xF6)])
    }

    /// Both numbers are scaled by the power of two that makes the larger one fill 62 bits; what is
    /// then still a whole number divides exactly.
    fn scaled_remainder(&mut self, args: &[Id]) -> Expr {
        let (a, b) = (self.repeated(args[0]), self.repeated(args[1]));
        let size = |x: &Expr| Expr::call("abs", [x.clone()]);
        let exponent =
            Expr::call("floor", [Expr::call("log2", [Expr::call("greatest", [size(&a), size(&b)])])]);
        let scale = Expr::call("exp2", [binary(BinaryOp::Minus, Expr::float(61.0), exponent)]);
        let scale_name = self.names.parameter("scale");
        let by = Expr::Name(scale_name.clone());
        let scaled = |x: Expr| {
            let product = binary(BinaryOp::Times, x, by.clone());
            Expr::call("accurateCastOrNull", [product, Expr::string("Int64")])
        };
        let divisor = Expr::call("nullIf", [scaled(b), Expr::int(0)]);
        let remainder = Expr::call("modulo", [scaled(a), divisor]);
        let body = binary(BinaryOp::Divide, Expr::call("toFloat64", [remainder]), by);
        with(scale_name, scale, body)
    }

    fn overflows(&mut self, op: Arithmetic, args: &[Id]) -> Expr {
        let wide = |this: &mut Self, id| Expr::call("toInt128", [this.value(id)]);
        let (a, b) = (wide(self, args[0]), wide(self, args[1]));
        let exact = binary(operator(op), a, b);
        binary(BinaryOp::NotEq, exact, Expr::call("toInt128", [self.binary(operator(op), args)]))
    }

    /// The database rounds towards zero, and throws for a divisor of zero and of minus one.
    fn floor_quotient(&mut self, args: &[Id]) -> Expr {
        let a = self.repeated(args[0]);
        let zero = Expr::int(0);
        if let Node::BigInt(divisor) = *self.graph.node(args[1])
            && divisor > 0
        {
            let whole = Expr::call("intDiv", [a.clone(), Expr::int(divisor)]);
            let rest = Expr::call("modulo", [a, Expr::int(divisor)]);
            return binary(BinaryOp::Minus, whole, binary(BinaryOp::Less, rest, zero));
        }
        let b = self.repeated(args[1]);
        let safe = safe_divisor(&b);
        let whole = Expr::call("intDiv", [a.clone(), safe.clone()]);
        let rest = Expr::call("modulo", [a.clone(), safe]);
        let rounded = binary(BinaryOp::Minus, whole, has_other_sign(rest, &b));
        let is_minus_one = binary(BinaryOp::Eq, b, Expr::int(-1));
        Expr::call("if", [is_minus_one, Expr::call("negate", [a]), rounded])
    }

    fn floor_remainder(&mut self, args: &[Id]) -> Expr {
        let a = self.repeated(args[0]);
        if let Node::BigInt(divisor) = *self.graph.node(args[1])
            && divisor > 0
        {
            return Expr::call("toInt64", [Expr::call("positiveModulo", [a, Expr::int(divisor)])]);
        }
        let b = self.repeated(args[1]);
        let rest = Expr::call("modulo", [a, safe_divisor(&b)]);
        let shift = binary(BinaryOp::Times, has_other_sign(rest.clone(), &b), b);
        binary(BinaryOp::Plus, rest, shift)
    }

    /// The usual spelling of whole numbers is read at once. Everything else goes the general way,
    /// through an array that is empty for the usual rows: whether a branch is skipped is up to the
    /// database, but over no elements it has nothing to do.
    fn text_to_number(&mut self, id: Id) -> Expr {
        let text = self.repeated(id);
        let is_short = Expr::call("match", [text.clone(), Expr::string(SHORT_DIGITS)]);
        let short = Expr::call("toFloat64", [Expr::call("toInt64OrZero", [text.clone()])]);
        let others =
            Expr::call("if", [is_short.clone(), Expr::call("array", []), Expr::call("array", [text])]);
        let name = self.names.parameter("text");
        let trim = Expr::call(
            "replaceRegexpAll",
            [Expr::Name(name.clone()), Expr::string(SURROUNDING), Expr::string("")],
        );
        let trimmed = each(name.clone(), others, trim);
        let text = || Expr::Name(name.clone());
        let matches = |pattern| Expr::call("match", [text(), Expr::string(pattern)]);
        let (is_decimal, is_radix) = (matches(DECIMAL), matches(RADIX));
        let body = Expr::call(
            "multiIf",
            [is_decimal, decimal(&text()), is_radix, self.radix(&text()), Expr::float(f64::NAN)],
        );
        let general = Expr::call("arrayElement", [each(name.clone(), trimmed, body), count_of(1)]);
        choice(is_short, short, general)
    }

    /// Digits to bits, the first 64 of them to an integer whose last bit stands for all others, and
    /// that to the nearest double.
    fn radix(&mut self, text: &Expr) -> Expr {
        let kind = Expr::call("lower", [Expr::call("substring", [text.clone(), count_of(2), count_of(1)])]);
        let width = Expr::call("position", [Expr::string("b_ox"), kind]);
        let digit = self.names.parameter("digit");
        let lower = Expr::call("lower", [Expr::Name(digit.clone())]);
        let value = Expr::call("position", [Expr::string("123456789abcdef"), lower]);
        let bits = Expr::call("right", [Expr::call("bin", [Expr::call("toUInt8", [value])]), width]);
        let digits = Expr::call(
            "extractAll",
            [Expr::call("substring", [text.clone(), count_of(3)]), Expr::string(".")],
        );
        let lambda = Expr::Lambda { params: vec![digit], body: Box::new(bits) };
        let bits = Expr::call("arrayStringConcat", [Expr::call("arrayMap", [lambda, digits])]);
        let bits = Expr::call("replaceRegexpOne", [bits, Expr::string("^0+"), Expr::string("")]);

        let name = self.names.parameter("bits");
        let of = |start, length: Option<i64>| {
            let length = length.map(count_of);
            let args = [Expr::Name(name.clone()), count_of(start)].into_iter().chain(length);
            Expr::call("substring", args)
        };
        let first = Expr::call("leftPad", [of(1, Some(64)), count_of(64), Expr::string("0")]);
        let integer =
            Expr::call("reinterpretAsUInt64", [Expr::call("reverse", [Expr::call("unbin", [first])])]);
        let sticky = Expr::call("match", [of(65, None), Expr::string("1")]);
        let mantissa = Expr::call("toFloat64", [Expr::call("bitOr", [integer, sticky])]);
        let surplus = Expr::call("length", [of(65, None)]);
        let body = binary(BinaryOp::Times, mantissa, Expr::call("exp2", [surplus]));
        with(name, bits, body)
    }

    /// Characters; all numbers are whole here, so nothing is lost.
    fn substring(&mut self, args: &[Id]) -> Expr {
        let mut parts = vec![self.value(args[0])];
        parts.push(match self.graph.as_number(args[1]) {
            Some(start) => count_of((start as i64).saturating_add(1)),
            None => binary(BinaryOp::Plus, self.whole(args[1]), count_of(1)),
        });
        if let Some(count) = args.get(2) {
            parts.push(self.whole(*count));
        }
        Expr::call("substringUTF8", parts)
    }

    /// UTF-16 code units: the characters that lie between the start and the end.
    fn code_units(&mut self, args: &[Id]) -> Expr {
        let text = self.repeated(args[0]);
        let (character, end) = (self.names.parameter("character"), self.names.parameter("character_end"));
        let begins = binary(BinaryOp::Minus, Expr::Name(end.clone()), width(Expr::Name(character.clone())));
        let mut inside = binary(BinaryOp::GreaterEq, begins, self.whole(args[1]));
        if let Some(limit) = args.get(2) {
            let ends = binary(BinaryOp::LessEq, Expr::Name(end.clone()), self.whole(*limit));
            inside = binary(BinaryOp::And, inside, ends);
        }
        let body = Expr::call("if", [inside, Expr::Name(character.clone()), Expr::string("")]);
        let lambda = Expr::Lambda { params: vec![character, end], body: Box::new(body) };
        let characters = characters(text);
        let ends = self.ends(characters.clone());
        Expr::call("arrayStringConcat", [Expr::call("arrayMap", [lambda, characters, ends])])
    }

    /// Whether a position is one before the end of a character that is two code units.
    fn splits_pair(&mut self, args: &[Id]) -> Expr {
        let text = self.repeated(args[0]);
        let (character, end) = (self.names.parameter("character"), self.names.parameter("character_end"));
        let is_pair = binary(BinaryOp::Eq, width(Expr::Name(character.clone())), count_of(2));
        let before_end = binary(BinaryOp::Minus, Expr::Name(end.clone()), count_of(1));
        let at_middle = binary(BinaryOp::Eq, before_end, self.whole(args[1]));
        let body = binary(BinaryOp::And, is_pair, at_middle);
        let lambda = Expr::Lambda { params: vec![character, end], body: Box::new(body) };
        let characters = characters(text);
        let ends = self.ends(characters.clone());
        Expr::call("arrayExists", [lambda, characters, ends])
    }

    /// Where each character ends, in code units.
    fn ends(&mut self, characters: Expr) -> Expr {
        let each = self.names.parameter("each");
        let body = width(Expr::Name(each.clone()));
        let lambda = Expr::Lambda { params: vec![each], body: Box::new(body) };
        Expr::call("arrayCumSum", [lambda, characters])
    }

    /// The database refuses numbers beyond its range; those are printed another way.
    fn fixed(&mut self, id: Id, decimals: u8) -> Expr {
        let number = self.repeated(id);
        let size = Expr::call("abs", [number.clone()]);
        let is_usual = binary(BinaryOp::Less, size, Expr::float(1e21));
        // Adding zero turns -0 into 0, which has no sign in a text.
        let number = binary(BinaryOp::Plus, number, Expr::float(0.0));
        let usual = Expr::call("if", [is_usual, number, Expr::float(0.0)]);
        Expr::call("toDecimalString", [usual, count_of(i64::from(decimals))])
    }

    fn date_part(&mut self, part: DatePart, date: Id) -> Expr {
        let function = match part {
            DatePart::Year => "toYear",
            DatePart::Month => "toMonth",
            DatePart::Day => "toDayOfMonth",
            DatePart::Weekday => "toDayOfWeek",
            DatePart::Hour => "toHour",
            DatePart::Minute => "toMinute",
            DatePart::Second => "toSecond",
            DatePart::Millisecond => "toMillisecond",
        };
        let number = Expr::call(function, [self.instant(date)]);
        let number = match part {
            DatePart::Month => binary(BinaryOp::Minus, number, count_of(1)),
            // Monday is 1 and Sunday 7 in the database.
            DatePart::Weekday => Expr::call("modulo", [number, count_of(7)]),
            DatePart::Year
            | DatePart::Day
            | DatePart::Hour
            | DatePart::Minute
            | DatePart::Second
            | DatePart::Millisecond => number,
        };
        Expr::call("toFloat64", [number])
    }

    /// A whole number where the database wants an integer.
    pub(super) fn whole(&mut self, id: Id) -> Expr {
        match self.graph.as_number(id) {
            Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => count_of(value as i64),
            _ => integer(self.value(id)),
        }
    }
}

/// The number of decimal digits. The JSON reader rounds correctly whatever the session's settings
/// are, but is stricter about zeros and the point, and refuses what is infinite.
fn decimal(text: &Expr) -> Expr {
    let json = [
        ("^[+]?(-?)0*([1-9][0-9]*)[.]?([0-9]*)([eE].*)?$", r"\1\2.\30\4"),
        ("^[+]?(-?)0*[.]?([0-9]*)([eE].*)?$", r"\10.\20\3"),
    ]
    .into_iter()
    .fold(text.clone(), |text, (pattern, replacement)| {
        Expr::call("replaceRegexpOne", [text, Expr::string(pattern), Expr::string(replacement)])
    });
    let number = Expr::call("JSONExtract", [json, Expr::string("Nullable(Float64)")]);
    let is_negative = Expr::call("startsWith", [text.clone(), Expr::string("-")]);
    let infinite =
        Expr::call("if", [is_negative, Expr::float(f64::NEG_INFINITY), Expr::float(f64::INFINITY)]);
    Expr::call("ifNull", [number, infinite])
}

/// An expression that uses a value under a name, computed where it stands.
pub(super) fn with(name: SqlIdent, value: Expr, body: Expr) -> Expr {
    Expr::call("arrayElement", [each(name, Expr::call("array", [value]), body), count_of(1)])
}

/// An expression for each element of an array.
pub(super) fn each(name: SqlIdent, array: Expr, body: Expr) -> Expr {
    let lambda = Expr::Lambda { params: vec![name], body: Box::new(body) };
    Expr::call("arrayMap", [lambda, array])
}

/// A divisor for which nothing throws. By one and by minus one there is no remainder.
fn safe_divisor(divisor: &Expr) -> Expr {
    let throws = Expr::call("in", [divisor.clone(), Expr::call("tuple", [Expr::int(0), Expr::int(-1)])]);
    Expr::call("if", [throws, Expr::int(1), divisor.clone()])
}

/// 1 where a remainder is not zero and has another sign than its divisor, else 0.
fn has_other_sign(remainder: Expr, divisor: &Expr) -> Expr {
    let is_some = binary(BinaryOp::NotEq, remainder.clone(), Expr::int(0));
    let is_negative = |x| binary(BinaryOp::Less, x, Expr::int(0));
    let differs = binary(BinaryOp::NotEq, is_negative(remainder), is_negative(divisor.clone()));
    binary(BinaryOp::And, is_some, differs)
}

fn operator(op: Arithmetic) -> BinaryOp {
    match op {
        Arithmetic::Add => BinaryOp::Plus,
        Arithmetic::Subtract => BinaryOp::Minus,
        Arithmetic::Multiply => BinaryOp::Times,
    }
}

/// The characters of a text that has some beyond the basic plane, and nothing of others: those
/// go another way.
fn characters(text: Expr) -> Expr {
    let has_astral = Expr::call("match", [text.clone(), Expr::string(ASTRAL)]);
    let text = Expr::call("if", [has_astral, text, Expr::string("")]);
    Expr::call("extractAll", [text, Expr::string("(?s).")])
}

/// How many UTF-16 code units a character is: two when it takes four bytes.
fn width(character: Expr) -> Expr {
    let is_long = binary(BinaryOp::Eq, Expr::call("length", [character]), count_of(4));
    Expr::call("if", [is_long, count_of(2), count_of(1)])
}
