//! The types of what functions compute.

use antler_core::schema::Precise;

use super::{
    ir::{Function, Graph, Id},
    types::{Kind, Type},
};

impl Graph {
    /// The type of a function of these arguments.
    pub(super) fn result_type(&self, function: &Function, args: &[Id]) -> Type {
        use Function as F;
        let optional = |kind| Type { kind, null: true, undefined: false };
        match function {
            F::IsNothing
            | F::Not
            | F::And
            | F::Or
            | F::Equal
            | F::Less
            | F::LessOrEqual
            | F::TextLess
            | F::OneOf(_)
            | F::IsNaN
            | F::IsFinite
            | F::Overflows(_)
            | F::Matches(_)
            | F::HasAstral
            | F::SplitsPair
            | F::Contains
            | F::StartsWith
            | F::EndsWith
            | F::IsDateText
            | F::ArrayIncludes => Type::of(Kind::Boolean),
            F::Add
            | F::Subtract
            | F::Multiply
            | F::Divide
            | F::Negate
            | F::Floor
            | F::Ceil
            | F::Truncate
            | F::Absolute
            | F::SquareRoot
            | F::IntegerRemainder
            | F::Bits(_)
            | F::CodeUnit
            | F::IntegerToNumber
            | F::TextToNumber
            | F::CharacterCount
            | F::AstralCount
            | F::DateToNumber
            | F::TimeClip
            | F::DatePart(_)
            | F::ArrayLength => Type::of(Kind::Number),
            F::ScaledRemainder => optional(Kind::Number),
            F::IntegerArithmetic(_) | F::FloorQuotient | F::FloorRemainder | F::CountToInteger => {
                Type::of(Kind::BigInt)
            }
            F::NumberToInteger | F::TextToInteger => optional(Kind::BigInt),
            F::Narrow(of @ Precise::Float32) => Type::of(Kind::Precise(*of)),
            F::Narrow(of) => optional(Kind::Precise(*of)),
            F::IntegerToText
            | F::DigitsOfNumber
            | F::Extract(_)
            | F::Without(_)
            | F::Substitute { .. }
            | F::Concatenate
            | F::Substring
            | F::DigitsIn(_)
            | F::Character
            | F::Backwards
            | F::CodeUnits
            | F::Upper
            | F::Lower
            | F::Before
            | F::Repeat
            | F::ReplaceFirst
            | F::ReplaceAll
            | F::Fixed(_)
            | F::DateToText
            | F::Join => Type::of(Kind::Text),
            F::FirstOf => optional(Kind::Text),
            F::Split | F::SplitBy(_) | F::ExtractAll(_) => {
                Type::of(Kind::Array(Box::new(Type::of(Kind::Text))))
            }
            F::Migration(call) => call.result_type(),
            F::Written(written) => Type::of_field(&written.field),
            F::TextToDate | F::NumberToDate => Type::of(Kind::Date),
            F::Slice | F::Reverse => match args.first() {
                Some(array) => self.ty(*array).clone(),
                None => Type::of(Kind::Never),
            },
            F::Chain => {
                let joined =
                    args.iter().map(|arg| self.ty(*arg).clone()).reduce(|a, b| a.join(&b).unwrap_or(a));
                joined.unwrap_or_else(|| Type::of(Kind::Never))
            }
            F::Flatten => match args.first().map(|array| &self.ty(*array).kind) {
                Some(Kind::Array(item)) => (**item).clone(),
                _ => Type::of(Kind::Never),
            },
            F::Element => match args.first().map(|array| &self.ty(*array).kind) {
                Some(Kind::Array(item)) => Type { undefined: true, ..(**item).clone() },
                _ => Type::of(Kind::Never),
            },
        }
    }
}
