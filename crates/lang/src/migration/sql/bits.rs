//! Bits of numbers and code units of texts.

use antler_core::sql::{BinaryOp, Expr};

use super::{Printer, binary, choice, count_of, integer};
use crate::migration::ir::{Base, Bitwise, Function as F, Id, Node};

impl Printer<'_> {
    /// An operation on 32 bits, as an integer.
    pub(super) fn bits(&mut self, op: Bitwise, args: &[Id]) -> Expr {
        let first = self.int32(args[0]);
        let second = |this: &mut Self| this.int32(args[1]);
        let distance = |this: &mut Self| match this.graph.as_number(args[1]) {
            Some(by) if (0.0..32.0).contains(&by) && by.fract() == 0.0 => count_of(by as i64),
            // An unsigned number stays unsigned when it is shifted by one.
            _ => Expr::call("toUInt8", [Expr::call("bitAnd", [this.int32(args[1]), count_of(31)])]),
        };
        match op {
            Bitwise::And => Expr::call("bitAnd", [first, second(self)]),
            Bitwise::Or => Expr::call("bitOr", [first, second(self)]),
            Bitwise::Xor => Expr::call("bitXor", [first, second(self)]),
            Bitwise::Not => Expr::call("bitNot", [first]),
            Bitwise::Left => {
                let wide = Expr::call("toInt64", [first]);
                let shifted = Expr::call("bitShiftLeft", [wide, distance(self)]);
                Expr::call("toInt32", [shifted])
            }
            Bitwise::Right => Expr::call("bitShiftRight", [first, distance(self)]),
            Bitwise::UnsignedRight => {
                let unsigned = Expr::call("toUInt32", [first]);
                Expr::call("bitShiftRight", [unsigned, distance(self)])
            }
        }
    }

    /// The last 32 bits of the whole part of a number: `ToInt32`. NaN and the infinite numbers are 0.
    fn int32(&mut self, id: Id) -> Expr {
        if let Node::Apply(F::Bits(op), args) = self.graph.node(id)
            && *op != Bitwise::UnsignedRight
        {
            let (op, args) = (*op, args.clone());
            return self.bits(op, &args);
        }
        if let Some(value) = self.graph.as_number(id)
            && value.fract() == 0.0
            && value.abs() < 2_147_483_648.0
        {
            return Expr::call("toInt32", [count_of(value as i64)]);
        }
        // To scale by a power of two is exact, and so is what is left.
        let whole = Expr::call("trunc", [self.repeated(id)]);
        let width = || Expr::float(4_294_967_296.0);
        let above = Expr::call("floor", [binary(BinaryOp::Divide, whole.clone(), width())]);
        let below = binary(BinaryOp::Minus, whole, binary(BinaryOp::Times, above, width()));
        Expr::call("toInt32", [integer(below)])
    }

    /// Without the zeros that fill the bytes.
    pub(super) fn digits_in(&mut self, base: Base, id: Id) -> Expr {
        let number = integer(self.value(id));
        let digits = match base {
            Base::Two => Expr::call("bin", [number]),
            Base::Sixteen => Expr::call("lower", [Expr::call("hex", [number])]),
        };
        Expr::call("replaceRegexpOne", [digits, Expr::string("^0+(.)"), Expr::string(r"\1")])
    }

    /// Two bytes of the text in UTF-16; outside of it they are zeros.
    pub(super) fn code_unit(&mut self, args: &[Id]) -> Expr {
        let text = self.value(args[0]);
        let units = Expr::call("convertCharset", [text, Expr::string("UTF-8"), Expr::string("UTF-16LE")]);
        let start = match self.graph.as_number(args[1]) {
            Some(position) if (0.0..1e9).contains(&position) => count_of(2 * position as i64 + 1),
            _ => {
                let position = Expr::call("greatest", [self.whole(args[1]), count_of(0)]);
                let position = Expr::call("least", [position, count_of(1 << 40)]);
                binary(BinaryOp::Plus, binary(BinaryOp::Times, position, count_of(2)), count_of(1))
            }
        };
        let unit = Expr::call("substring", [units, start, count_of(2)]);
        Expr::call("toFloat64", [Expr::call("reinterpretAsUInt16", [unit])])
    }

    /// The one, two or three bytes of a character.
    pub(super) fn character(&mut self, id: Id) -> Expr {
        let code = integer(self.value(id));
        let above = |by: i64, mark: i64| {
            let bits = Expr::call("bitShiftRight", [code.clone(), count_of(by)]);
            Expr::call("bitOr", [bits, count_of(mark)])
        };
        let six = |by: i64| {
            let bits = Expr::call("bitShiftRight", [code.clone(), count_of(by)]);
            Expr::call("bitOr", [Expr::call("bitAnd", [bits, count_of(0x3F)]), count_of(0x80)])
        };
        let below = |limit| binary(BinaryOp::Less, code.clone(), count_of(limit));
        let one = Expr::call("char", [code.clone()]);
        let two = Expr::call("char", [above(6, 0xC0), six(0)]);
        let three = Expr::call("char", [above(12, 0xE0), six(6), six(0)]);
        choice(below(0x80), one, choice(below(0x800), two, three))
    }
}
