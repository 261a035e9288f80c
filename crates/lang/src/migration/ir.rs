//! The intermediate form of migrations: a graph of pure, total, typed expressions over one row.
//!
//! Every node has a value for every row; nothing throws. Where a language would throw, its
//! frontend keeps two nodes: the value, and the *failure*, a text that is there only for the
//! rows that fail. On those rows the value may be anything. The same freedom holds for the branch
//! that is not taken, which is why [`Node::Known`] needs no check of its own.
//!
//! Equal nodes are one node: a [`Graph`] interns them. Sharing is what keeps a composed migration
//! as large as the sum of its parts, and what makes narrowing (`if (x !== null)`) a fact about a
//! node rather than about a spelling.
//!
//! The form knows no language. Functions say what they compute in terms of doubles, 64-bit
//! integers, Unicode text and arrays; what `%` or `.slice` means in JavaScript is spelled out in
//! those terms by [`super::javascript`].
//!
//! What runs over an array ([`Node::Each`], [`Node::Fold`]) has a body: a node that depends on
//! parameters, which stand for an element and its position. A parameter belongs to no node, so
//! several of them can run the same body; outside of all of them it means nothing.

use std::collections::{BTreeSet, HashMap};

use antler_core::{names::SqlIdent, schema::Precise};

use super::{
    lambda::Written,
    types::{Kind, Type},
    udf::Call,
};

/// A node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(u32);

/// The two kinds of nothing of JavaScript. Both are `NULL` in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Nothing {
    Null,
    Undefined,
}

/// A double, compared by its bits so that it can be interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Bits(u64);

impl Bits {
    pub(super) fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// An expression. Children are older nodes of the same graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The value where evaluation never gets: after a `throw`.
    Unreachable,
    /// `null` or `undefined`.
    Nothing(Nothing),
    /// A constant.
    Boolean(bool),
    /// A constant.
    Number(Bits),
    /// A constant.
    BigInt(i64),
    /// A constant.
    Text(String),
    /// A field of the source row.
    Column(SqlIdent),
    /// A field of an object that is there.
    Field(Id, SqlIdent),
    /// The value of something that may be absent, on the rows where it is there.
    Known(Id),
    /// One of two values. The condition is a boolean that is always there.
    If(Id, Id, Id),
    /// An object with these fields, in the order of the source.
    Object(Vec<(SqlIdent, Id)>),
    /// An array of these elements.
    Array(Vec<Id>),
    /// What the body of a [`Node::Each`] or [`Node::Fold`] gets.
    Parameter(Parameter),
    /// Something over all elements of an array, in their order.
    Each { how: Each, array: Id, element: Id, position: Id, body: Id },
    /// A value that becomes the body's for each element, in their order: both have one type.
    Fold { array: Id, accumulator: Id, element: Id, position: Id, initial: Id, body: Id },
    /// A function of arguments that are there (except for [`Function::IsNothing`] and
    /// [`Function::FirstOf`]).
    Apply(Function, Vec<Id>),
}

impl Node {
    /// Calls a function with each child, in the order of evaluation.
    pub(super) fn for_each_child(&self, mut f: impl FnMut(Id)) {
        match self {
            Self::Unreachable
            | Self::Nothing(_)
            | Self::Boolean(_)
            | Self::Number(_)
            | Self::BigInt(_)
            | Self::Text(_)
            | Self::Parameter(_)
            | Self::Column(_) => {}
            Self::Each { how: _, array, element, position, body } => {
                [*array, *element, *position, *body].into_iter().for_each(f);
            }
            Self::Fold { array, accumulator, element, position, initial, body } => {
                [*array, *accumulator, *element, *position, *initial, *body].into_iter().for_each(f);
            }
            Self::Field(value, _) | Self::Known(value) => f(*value),
            Self::If(condition, a, b) => [*condition, *a, *b].into_iter().for_each(f),
            Self::Object(fields) => fields.iter().for_each(|(_, value)| f(*value)),
            Self::Array(items) | Self::Apply(_, items) => items.iter().for_each(|item| f(*item)),
        }
    }
}

/// A parameter, unlike all others of its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Parameter {
    pub(super) number: u32,
    pub(super) role: Role,
}

/// What a parameter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// An element of an array that is as it is stored.
    StoredElement,
    /// An element of an array that was computed.
    Element,
    /// The position of an element, from 0.
    Position,
    /// What the elements so far made of the initial value.
    Accumulator,
}

/// What [`Node::Each`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Each {
    /// The array of the bodies.
    Map,
    /// The elements for which the body holds.
    Filter,
    /// Whether the body holds for any of them.
    Exists,
    /// Whether the body holds for all of them.
    All,
    /// The first body that is there, if any is. It is no array and no object.
    First,
    /// The elements ordered by their bodies, which are numbers (not NaN), texts (by UTF-16 code
    /// units), or objects of one text (by Unicode characters). Equal ones stay in their order.
    Ascending,
    /// The same, greatest first.
    Descending,
}

/// What [`Node::Apply`] computes. Positions and counts are numbers that hold whole values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Function {
    /// Whether the value is absent.
    IsNothing,
    /// The first of several texts that is there, if any is.
    FirstOf,
    Not,
    And,
    Or,
    /// Equality of two booleans, numbers (IEEE: NaN differs from itself), integers or texts.
    Equal,
    /// Order of numbers (IEEE), of integers, and of texts by Unicode characters.
    Less,
    /// The same order, or equal.
    LessOrEqual,
    /// Order of texts by UTF-16 code units.
    TextLess,
    /// Whether a text is one of these.
    OneOf(BTreeSet<String>),
    /// IEEE arithmetic on numbers.
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Floor,
    Ceil,
    Truncate,
    Absolute,
    SquareRoot,
    IsNaN,
    /// Neither NaN nor infinite.
    IsFinite,
    /// Remainder of two safe integers, the second not zero, with the dividend's sign; a zero has
    /// no particular sign.
    IntegerRemainder,
    /// Remainder of any two finite numbers, or absent when it needs more than 64 bits. A zero has
    /// no particular sign.
    ScaledRemainder,
    /// ECMAScript's operators on the 32 bits of numbers.
    Bits(Bitwise),
    /// The digits of a whole number, not negative, in base 2 or 16.
    DigitsIn(Base),
    /// Arithmetic on 64-bit integers. Meaningless where [`Function::Overflows`].
    IntegerArithmetic(Arithmetic),
    /// Whether the exact result does not fit into 64 bits.
    Overflows(Arithmetic),
    /// The quotient of two 64-bit integers, rounded down. Meaningless for a divisor of zero, and
    /// where the result does not fit into 64 bits.
    FloorQuotient,
    /// The remainder of two 64-bit integers, with the divisor's sign. Meaningless for a divisor of
    /// zero.
    FloorRemainder,
    /// The integer of a number that is a count or a position.
    CountToInteger,
    /// The integer of a number, or absent when the number is not a 64-bit integer.
    NumberToInteger,
    /// The value of a number, an integer or a text that a column of that type gives back, or absent when
    /// the column cannot hold it. A `Float32` holds every number: the nearest single.
    Narrow(Precise),
    /// The integer of decimal digits with an optional sign, or absent when it is none of 64 bits.
    TextToInteger,
    /// The nearest double.
    IntegerToNumber,
    /// Decimal digits.
    IntegerToText,
    /// Shortest decimal digits that read back as the same finite number, in the form of C++'s
    /// `to_chars`: `1e21`, `-0`.
    DigitsOfNumber,
    /// ECMAScript's `StringToNumber`: the nearest double of decimal digits, of digits in another
    /// base behind `0x`, `0o` or `0b`, or of `Infinity`; 0 of white space alone, and else NaN.
    TextToNumber,
    /// Whether a text matches an RE2 pattern.
    Matches(String),
    /// The text that an RE2 pattern's first group (or all of it) finds first, or `''`.
    Extract(String),
    /// The text without what an RE2 pattern finds.
    Without(String),
    /// All texts that an RE2 pattern without groups finds, one behind the other.
    ExtractAll(String),
    /// The text with what an RE2 pattern finds replaced; `\1` is its first group, `\0` all of it.
    Substitute {
        pattern: String,
        replacement: String,
        which: Occurrences,
    },
    /// The parts of a text between what an RE2 pattern finds.
    SplitBy(String),
    Concatenate,
    /// The number of Unicode characters.
    CharacterCount,
    /// The number of characters outside the Basic Multilingual Plane: those that are two UTF-16
    /// code units.
    AstralCount,
    HasAstral,
    /// Characters from a start, and how many, both within the text.
    Substring,
    /// UTF-16 code units from a start to an end, of a text where [`Function::HasAstral`].
    CodeUnits,
    /// Whether a position in UTF-16 code units is inside of a surrogate pair, of a text where
    /// [`Function::HasAstral`].
    SplitsPair,
    /// The UTF-16 code unit at a position that is inside of a text.
    CodeUnit,
    /// The character of a code point of the Basic Multilingual Plane that is no surrogate.
    Character,
    /// The characters of a text in the other direction.
    Backwards,
    /// Full Unicode case mapping, without a locale.
    Upper,
    Lower,
    Contains,
    StartsWith,
    EndsWith,
    /// The text before the first occurrence of another, which it must contain.
    Before,
    /// A text a number of times; not negative, at most [`MAX_REPEAT`].
    Repeat,
    ReplaceFirst,
    ReplaceAll,
    /// The parts of a text between the occurrences of another that is not empty.
    Split,
    /// The text of a number with a fixed count of decimals, rounded half up on its exact value.
    Fixed(u8),
    /// Whether a text is a date of the years 1900 to 2299 in the ISO form that ECMAScript
    /// defines, or with a space for the `T`.
    IsDateText,
    /// The date of a text for which [`Function::IsDateText`] holds.
    TextToDate,
    /// Milliseconds since 1970, NaN when invalid.
    DateToNumber,
    /// ECMAScript's limit of time values: whole milliseconds within 8.64e15, else NaN.
    TimeClip,
    /// The date of a time value; NaN is the invalid date.
    NumberToDate,
    /// A part of a date within the range of storage, in UTC.
    DatePart(DatePart),
    /// `2013-01-01T10:00:00.000Z`, for a date within the range of storage.
    DateToText,
    ArrayLength,
    /// The element at a zero-based position that is a whole number, or absent outside.
    Element,
    /// Elements from a start, and how many, both whole and not negative.
    Slice,
    Reverse,
    /// Arrays after each other.
    Chain,
    /// The elements of the elements.
    Flatten,
    ArrayIncludes,
    /// The elements, which are texts that are there, with a text between them.
    Join,
    /// What a migration that is not compiled makes of the fields of its source.
    Migration(Call),
    /// What an expression in SQL makes of the fields of its source.
    Written(Written),
}

/// Which of the texts that a pattern finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Occurrences {
    First,
    All,
}

/// Operations on 32 bits. Shifts go by the last five bits of the second number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bitwise {
    And,
    Or,
    Xor,
    Not,
    Left,
    /// To the right, with the sign.
    Right,
    /// To the right, of a number without a sign.
    UnsignedRight,
}

/// A base of digits that are bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Base {
    Two,
    Sixteen,
}

/// Operations on 64-bit integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
}

/// Parts of a date, as JavaScript counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum DatePart {
    Year,
    /// From 0.
    Month,
    Day,
    /// From 0, Sunday.
    Weekday,
    Hour,
    Minute,
    Second,
    Millisecond,
}

/// The longest text that [`Function::Repeat`] is asked for, in repetitions.
pub(super) const MAX_REPEAT: f64 = 1_000_000.0;

/// The nodes of a migration, interned, with their types.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    nodes: Vec<(Node, Type)>,
    index: HashMap<Node, Id>,
    names: HashMap<Id, String>,
    parameters: u32,
}

impl Graph {
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize].0
    }

    pub(super) fn ty(&self, id: Id) -> &Type {
        &self.nodes[id.0 as usize].1
    }

    /// Suggests a name for a computed node, for readers of the SQL. The first suggestion wins.
    pub(super) fn suggest_name(&mut self, id: Id, name: &str) {
        let is_computed = matches!(
            self.node(id),
            Node::Apply(..) | Node::If(..) | Node::Each { .. } | Node::Fold { .. } | Node::Parameter(_)
        );
        if is_computed {
            self.names.entry(id).or_insert_with(|| name.to_owned());
        }
    }

    pub(super) fn suggested_name(&self, id: Id) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// The node as it stands. Use the constructors in `simplify`, which know the laws.
    pub(super) fn intern(&mut self, node: Node, ty: Type) -> Id {
        if let Some(id) = self.index.get(&node) {
            return *id;
        }
        let id = Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.index.insert(node.clone(), id);
        self.nodes.push((node, ty));
        id
    }

    pub(super) fn column(&mut self, name: &SqlIdent, ty: Type) -> Id {
        self.intern(Node::Column(name.clone()), ty)
    }

    /// A new parameter.
    pub(super) fn parameter(&mut self, role: Role, ty: Type) -> Id {
        self.parameters += 1;
        self.intern(Node::Parameter(Parameter { number: self.parameters, role }), ty)
    }

    pub(super) fn unreachable(&mut self) -> Id {
        self.intern(Node::Unreachable, Type::of(Kind::Never))
    }

    pub(super) fn nothing(&mut self, nothing: Nothing) -> Id {
        self.intern(Node::Nothing(nothing), Type::nothing(nothing))
    }

    pub(super) fn null(&mut self) -> Id {
        self.nothing(Nothing::Null)
    }

    pub(super) fn boolean(&mut self, value: bool) -> Id {
        self.intern(Node::Boolean(value), Type::of(Kind::Boolean))
    }

    pub(super) fn number(&mut self, value: f64) -> Id {
        // One NaN, so that equal nodes are one node.
        let value = if value.is_nan() { f64::NAN } else { value };
        let whole = value as i16;
        let is_small = f64::from(whole).to_bits() == value.to_bits();
        let kind = if is_small { Kind::Integers(BTreeSet::from([whole])) } else { Kind::Number };
        self.intern(Node::Number(Bits(value.to_bits())), Type::of(kind))
    }

    pub(super) fn big_int(&mut self, value: i64) -> Id {
        self.intern(Node::BigInt(value), Type::of(Kind::BigInt))
    }

    pub(super) fn text(&mut self, value: &str) -> Id {
        let ty = Type::of(Kind::Words(BTreeSet::from([value.to_owned()])));
        self.intern(Node::Text(value.to_owned()), ty)
    }

    /// All nodes, children before what uses them.
    pub(super) fn ids(&self) -> impl Iterator<Item = Id> {
        (0..self.nodes.len()).map(|position| Id(position as u32))
    }

    /// The number of a parameter.
    pub(super) fn parameter_number(&self, id: Id) -> Option<u32> {
        match self.node(id) {
            Node::Parameter(parameter) => Some(parameter.number),
            _ => None,
        }
    }

    /// The constant number of a node.
    pub(super) fn as_number(&self, id: Id) -> Option<f64> {
        match self.node(id) {
            Node::Number(bits) => Some(bits.value()),
            _ => None,
        }
    }

    /// The constant integer of a node.
    pub(super) fn as_big_int(&self, id: Id) -> Option<i64> {
        match self.node(id) {
            Node::BigInt(value) => Some(*value),
            _ => None,
        }
    }

    /// The constant text of a node.
    pub(super) fn as_text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The constant boolean of a node.
    pub(super) fn as_boolean(&self, id: Id) -> Option<bool> {
        match self.node(id) {
            Node::Boolean(value) => Some(*value),
            _ => None,
        }
    }
}
