//! Operators.

use antler_core::schema::Field;
use oxc_ast::ast::{BinaryExpression, Expression, LogicalExpression, UnaryExpression};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{BinaryOperator, LogicalOperator, UnaryOperator};

use super::{Id, Lowered, Lowering, expressions::shorten};
use crate::migration::{
    ir::{Arithmetic, Bitwise, Function, Nothing},
    javascript,
    types::Kind,
};

impl<'a> Lowering<'a> {
    /// An expression whose truth decides.
    pub(super) fn condition(&mut self, test: &'a Expression<'a>) -> Lowered {
        match test.get_inner_expression() {
            // In a condition only the truth of the operands counts, whatever their types.
            Expression::LogicalExpression(logical) if logical.operator != LogicalOperator::Coalesce => self
                .nested(logical.span, |this| {
                    let left = this.condition(&logical.left)?;
                    let constant = |this: &mut Self, value| Ok(this.graph.boolean(value));
                    let (a, b) = if logical.operator == LogicalOperator::And {
                        this.branches(
                            left,
                            |this| this.condition(&logical.right),
                            |this| constant(this, false),
                        )?
                    } else {
                        this.branches(
                            left,
                            |this| constant(this, true),
                            |this| this.condition(&logical.right),
                        )?
                    };
                    Ok(this.graph.if_else(left, a, b))
                }),
            Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::LogicalNot => {
                let value = self.nested(unary.span, |this| this.condition(&unary.argument))?;
                Ok(self.graph.not(value))
            }
            _ => {
                let value = self.expression(test)?;
                Ok(self.truth(value))
            }
        }
    }

    /// `&&`, `||` and `??` as values: one of the operands.
    pub(super) fn logical(
        &mut self,
        logical: &'a LogicalExpression<'a>,
        fields: Option<&[Field]>,
    ) -> Lowered {
        let right = |this: &mut Self| this.expected(&logical.right, fields);
        if logical.operator == LogicalOperator::Or
            && let Expression::LogicalExpression(both) = logical.left.without_parentheses()
            && both.operator == LogicalOperator::And
        {
            let (truth, value) = self.both(both)?;
            let (a, b) = self.branches(truth, |this| Ok(this.graph.known(value)), right)?;
            return self.choose(logical.span, truth, a, b);
        }
        let left = self.expected(&logical.left, fields)?;
        match logical.operator {
            LogicalOperator::Coalesce => {
                let absent = self.is_nothing(left);
                let (a, b) = self.branches(absent, right, |this| Ok(this.graph.known(left)))?;
                self.choose(logical.span, absent, a, b)
            }
            LogicalOperator::And => {
                let truth = self.truth(left);
                let (a, b) = self.branches(truth, right, |_| Ok(left))?;
                self.choose(logical.span, truth, a, b)
            }
            LogicalOperator::Or => {
                let truth = self.truth(left);
                let (a, b) = self.branches(truth, |this| Ok(this.graph.known(left)), right)?;
                self.choose(logical.span, truth, a, b)
            }
        }
    }

    /// `a && b` before `||`: whether both hold, and `b`, which is then the value. What `a` is when it
    /// does not hold is never seen.
    fn both(&mut self, both: &'a LogicalExpression<'a>) -> Result<(Id, Id), super::Reported> {
        let first = self.condition(&both.left)?;
        let (second, failure) = self.isolated(|this| {
            this.assuming(first, true, |this| {
                let value = this.expression(&both.right)?;
                Ok((this.truth(value), value))
            })
        });
        let nothing = self.graph.null();
        let failure = self.graph.if_else(first, failure, nothing);
        self.fail(failure);
        let (truth, value) = second?;
        Ok((self.graph.and(first, truth), value))
    }

    pub(super) fn unary(&mut self, unary: &'a UnaryExpression<'a>) -> Lowered {
        let span = unary.span;
        match unary.operator {
            UnaryOperator::LogicalNot => {
                let truth = self.condition(&unary.argument)?;
                Ok(self.graph.not(truth))
            }
            UnaryOperator::UnaryPlus => {
                let value = self.expression(&unary.argument)?;
                if self.ty(value).kind.is_big() {
                    let help = "Use `Number(…)`.";
                    return Err(self.mismatch(
                        span,
                        "`+` cannot convert a bigint: JavaScript throws here",
                        help,
                    ));
                }
                self.number_of(unary.argument.span(), value)
            }
            UnaryOperator::UnaryNegation => {
                let value = self.expression(&unary.argument)?;
                let ty = self.ty(value).clone();
                match ty.kind {
                    _ if ty.is_optional() => Err(self.possibly_absent(span, &ty, "`-`")),
                    Kind::BigInt => {
                        let zero = self.graph.big_int(0);
                        self.integer_arithmetic(Arithmetic::Subtract, "-", zero, value)
                    }
                    kind if kind.is_number() => Ok(self.graph.apply(Function::Negate, &[value])),
                    _ => {
                        let message = format!("`-` of a `{ty}`");
                        Err(self.mismatch(span, message, "Convert it with `Number(…)` first."))
                    }
                }
            }
            UnaryOperator::Typeof => {
                let value = self.expression(&unary.argument)?;
                self.type_of(span, value)
            }
            UnaryOperator::Void => Err(self.refuse(span, "`void`", "Write `undefined`.")),
            UnaryOperator::Delete => {
                let help = "Build a new object: `const { field, ...others } = event`.";
                Err(self.refuse(span, "`delete`", help))
            }
            UnaryOperator::BitwiseNot => {
                let value = self.expression(&unary.argument)?;
                let value = self.numeric(span, "`~`", value)?;
                Ok(javascript::bits::not(&mut self.graph, value))
            }
        }
    }

    /// `Number(value)`, or a message about why it has no exact number.
    pub(super) fn number_of(&mut self, span: Span, value: Id) -> Lowered {
        if let Some(number) = javascript::value::to_number(&mut self.graph, value) {
            return Ok(number);
        }
        let ty = self.ty(value).clone();
        Err(match ty.kind {
            Kind::Array(_) | Kind::Object(_) => {
                let message = format!("`{}` is not a number", shorten(&ty.to_string()));
                self.mismatch(span, message, "Use one of its fields or elements.")
            }
            _ => self.ambiguous(span, &ty),
        })
    }

    pub(super) fn binary(&mut self, binary: &'a BinaryExpression<'a>) -> Lowered {
        let left = self.expression(&binary.left)?;
        let right = self.expression(&binary.right)?;
        self.operation(binary.span, binary.operator, left, right)
    }

    /// An operator between two values.
    pub(super) fn operation(&mut self, span: Span, operator: BinaryOperator, left: Id, right: Id) -> Lowered {
        let symbol = operator.as_str();
        if self.is_dead(left) || self.is_dead(right) {
            return Ok(self.graph.unreachable());
        }
        match operator {
            BinaryOperator::StrictEquality => self.strictly_equal(span, left, right),
            BinaryOperator::StrictInequality => {
                let equal = self.strictly_equal(span, left, right)?;
                Ok(self.graph.not(equal))
            }
            BinaryOperator::Equality => self.loosely_equal(span, left, right),
            BinaryOperator::Inequality => {
                let equal = self.loosely_equal(span, left, right)?;
                Ok(self.graph.not(equal))
            }
            BinaryOperator::LessThan => self.ordered(span, symbol, left, right, Order::Less),
            BinaryOperator::GreaterThan => self.ordered(span, symbol, right, left, Order::Less),
            BinaryOperator::LessEqualThan => self.ordered(span, symbol, left, right, Order::LessOrEqual),
            BinaryOperator::GreaterEqualThan => self.ordered(span, symbol, right, left, Order::LessOrEqual),
            BinaryOperator::Addition => self.addition(span, left, right),
            BinaryOperator::Subtraction
            | BinaryOperator::Multiplication
            | BinaryOperator::Division
            | BinaryOperator::Remainder => self.arithmetic(span, operator, left, right),
            BinaryOperator::Exponential => self.power(span, left, right),
            BinaryOperator::In => self.has_key(span, right, left, true),
            BinaryOperator::Instanceof => {
                Err(self.refuse(span, format!("`{symbol}`"), "The model tells what a row has."))
            }
            BinaryOperator::ShiftLeft => self.bitwise(span, symbol, Bitwise::Left, left, right),
            BinaryOperator::ShiftRight => self.bitwise(span, symbol, Bitwise::Right, left, right),
            BinaryOperator::ShiftRightZeroFill => {
                self.bitwise(span, symbol, Bitwise::UnsignedRight, left, right)
            }
            BinaryOperator::BitwiseOR => self.bitwise(span, symbol, Bitwise::Or, left, right),
            BinaryOperator::BitwiseXOR => self.bitwise(span, symbol, Bitwise::Xor, left, right),
            BinaryOperator::BitwiseAnd => self.bitwise(span, symbol, Bitwise::And, left, right),
        }
    }

    fn bitwise(&mut self, span: Span, symbol: &str, op: Bitwise, left: Id, right: Id) -> Lowered {
        if self.ty(left).kind == Kind::BigInt && self.ty(right).kind == Kind::BigInt {
            return Err(self.refuse(
                span,
                format!("`{symbol}` of bigints"),
                "Convert them with `Number(…)`.",
            ));
        }
        let name = format!("`{symbol}`");
        let (left, right) = (self.numeric(span, &name, left)?, self.numeric(span, &name, right)?);
        Ok(javascript::bits::operation(&mut self.graph, op, left, right))
    }

    /// `x ** 2` is `x * x`. Of other powers the last bit differs between implementations.
    pub(super) fn power(&mut self, span: Span, base: Id, exponent: Id) -> Lowered {
        let (base, exponent) = (self.numeric(span, "`**`", base)?, self.numeric(span, "`**`", exponent)?);
        match self.graph.as_number(exponent) {
            Some(1.0) => Ok(base),
            Some(2.0) => Ok(self.graph.apply(Function::Multiply, &[base, base])),
            _ => {
                let help = "Powers are not the same to the last bit everywhere; only `x ** 2` is compiled. Multiply, or use a constant.";
                Err(self.refuse(span, "this power", help))
            }
        }
    }

    fn addition(&mut self, span: Span, left: Id, right: Id) -> Lowered {
        let (a, b) = (self.ty(left).clone(), self.ty(right).clone());
        if a.kind.is_text() || b.kind.is_text() {
            let (left, right) = (self.text_of(span, left)?, self.text_of(span, right)?);
            return Ok(self.graph.apply(Function::Concatenate, &[left, right]));
        }
        self.arithmetic(span, BinaryOperator::Addition, left, right)
    }

    fn arithmetic(&mut self, span: Span, operator: BinaryOperator, left: Id, right: Id) -> Lowered {
        let symbol = operator.as_str();
        for side in [left, right] {
            let ty = self.ty(side).clone();
            if ty.is_optional() {
                return Err(self.possibly_absent(span, &ty, &format!("`{symbol}`")));
            }
        }
        let (a, b) = (self.ty(left).kind.clone(), self.ty(right).kind.clone());
        if a == Kind::BigInt && b == Kind::BigInt {
            let operation = match operator {
                BinaryOperator::Addition => Arithmetic::Add,
                BinaryOperator::Subtraction => Arithmetic::Subtract,
                BinaryOperator::Multiplication => Arithmetic::Multiply,
                _ => {
                    return Err(self.refuse(
                        span,
                        format!("`{symbol}` of bigints"),
                        "Convert them with `Number(…)`.",
                    ));
                }
            };
            return self.integer_arithmetic(operation, symbol, left, right);
        }
        // The difference of two dates is a number of milliseconds.
        let is_number =
            |kind: &Kind| kind.is_number() || (*kind == Kind::Date && operator != BinaryOperator::Addition);
        if !is_number(&a) || !is_number(&b) {
            let message =
                format!("`{symbol}` of `{}` and `{}`", shorten(&a.to_string()), shorten(&b.to_string()));
            let help = match (&a, &b) {
                (Kind::Date, _) | (_, Kind::Date) => "Use `.getTime()`, which is a number of milliseconds.",
                (a, b) if a.is_big() && b.is_big() => {
                    // The compiled subset computes with 64 bits and a sign.
                    let help = "Convert them with `Number(…)`.";
                    return Err(self.refuse(span, format!("`{symbol}` of integers without a sign"), help));
                }
                (Kind::BigInt, _) | (_, Kind::BigInt) => {
                    "Convert both to one type: `BigInt(…)` or `Number(…)`."
                }
                _ => "Convert both with `Number(…)` first.",
            };
            return Err(self.mismatch(span, message, help));
        }
        let (left, right) = (self.number_of(span, left)?, self.number_of(span, right)?);
        let function = match operator {
            BinaryOperator::Addition => Function::Add,
            BinaryOperator::Subtraction => Function::Subtract,
            BinaryOperator::Multiplication => Function::Multiply,
            BinaryOperator::Division => Function::Divide,
            _ => {
                let (value, fails) = javascript::number::remainder(&mut self.graph, left, right);
                let source = shorten(self.source(span));
                let reason = self.graph.text(&format!("`{source}` is too large to be computed exactly"));
                let failure = self.graph.failure_if(fails, reason);
                self.fail(failure);
                return Ok(value);
            }
        };
        Ok(self.graph.apply(function, &[left, right]))
    }

    fn integer_arithmetic(&mut self, operation: Arithmetic, symbol: &str, left: Id, right: Id) -> Lowered {
        let (value, overflows) = self.graph.integer_arithmetic(operation, left, right);
        let reason = self.graph.text(&format!("the result of `{symbol}` does not fit into 64 bits"));
        let failure = self.graph.failure_if(overflows, reason);
        self.fail(failure);
        Ok(value)
    }

    /// `===`.
    pub(super) fn strictly_equal(&mut self, span: Span, left: Id, right: Id) -> Lowered {
        let (a, b) = (self.ty(left).clone(), self.ty(right).clone());
        for (value, ty, nothing) in [(left, &a, &b), (right, &b, &a)] {
            if nothing.kind != Kind::Never || !nothing.is_optional() {
                continue;
            }
            if nothing.null && nothing.undefined {
                return Err(self.ambiguous(span, nothing));
            }
            let wanted = if nothing.null { Nothing::Null } else { Nothing::Undefined };
            return match (ty.null, ty.undefined, wanted) {
                (true, true, _) => Err(self.ambiguous(span, ty)),
                (true, false, Nothing::Null) | (false, true, Nothing::Undefined) => {
                    Ok(self.is_nothing(value))
                }
                (true, false, Nothing::Undefined) | (false, true, Nothing::Null) | (false, false, _) => {
                    Ok(self.graph.boolean(false))
                }
            };
        }
        if (a.null || a.undefined)
            && (b.null || b.undefined)
            && ((a.null && a.undefined) || (b.null && b.undefined))
        {
            return Err(self.ambiguous(span, if a.null && a.undefined { &a } else { &b }));
        }
        self.comparable(span, left, right)?;
        self.is_nothing(left);
        self.is_nothing(right);
        Ok(javascript::value::equal(&mut self.graph, left, right))
    }

    /// `==`: like `===`, except that null and undefined are alike.
    fn loosely_equal(&mut self, span: Span, left: Id, right: Id) -> Lowered {
        let (a, b) = (self.ty(left).clone(), self.ty(right).clone());
        if b.kind == Kind::Never && b.is_optional() {
            return Ok(self.is_nothing(left));
        }
        if a.kind == Kind::Never && a.is_optional() {
            return Ok(self.is_nothing(right));
        }
        if a.is_optional() && b.is_optional() && (a.null, a.undefined) != (b.null, b.undefined) {
            return Err(self.refuse(span, "`==` of two values that may be absent", "Use `===`."));
        }
        self.comparable(span, left, right)?;
        self.is_nothing(left);
        self.is_nothing(right);
        Ok(javascript::value::equal(&mut self.graph, left, right))
    }

    /// Refuses comparisons that are always false, and those of identity.
    fn comparable(&mut self, span: Span, left: Id, right: Id) -> Result<(), super::Reported> {
        let (a, b) = (self.ty(left).kind.clone(), self.ty(right).kind.clone());
        if matches!(
            (&a, &b),
            (Kind::Date, Kind::Date) | (Kind::Array(_), Kind::Array(_)) | (Kind::Object(_), Kind::Object(_))
        ) {
            let help = match a {
                Kind::Date => "Two Date objects are never the same object: compare `.getTime()`.",
                _ => "Two objects are never the same object: compare their fields.",
            };
            return Err(self.mismatch(span, "this compares identities, not values", help));
        }
        let disjoint = match (&a, &b) {
            (Kind::Words(a), Kind::Words(b)) => a.is_disjoint(b),
            (Kind::Integers(a), Kind::Integers(b)) => a.is_disjoint(b),
            (a, b) => !a.is_comparable_to(b),
        };
        if disjoint {
            let message =
                format!("`{}` and `{}` are never equal", shorten(&a.to_string()), shorten(&b.to_string()));
            return Err(self.mismatch(span, message, "Compare values of one type."));
        }
        Ok(())
    }

    fn ordered(&mut self, span: Span, symbol: &str, left: Id, right: Id, order: Order) -> Lowered {
        for side in [left, right] {
            let ty = self.ty(side).clone();
            if ty.is_optional() {
                return Err(self.possibly_absent(span, &ty, &format!("`{symbol}`")));
            }
        }
        let (a, b) = (self.ty(left).kind.clone(), self.ty(right).kind.clone());
        if !a.is_comparable_to(&b) || a == Kind::Boolean {
            let message =
                format!("`{symbol}` of `{}` and `{}`", shorten(&a.to_string()), shorten(&b.to_string()));
            return Err(self.mismatch(span, message, "Compare two numbers, two strings or two dates."));
        }
        if a.is_text() {
            return Ok(match order {
                Order::Less => self.graph.apply(Function::TextLess, &[left, right]),
                Order::LessOrEqual => {
                    let greater = self.graph.apply(Function::TextLess, &[right, left]);
                    self.graph.not(greater)
                }
            });
        }
        let (left, right) = match a {
            Kind::Date => (self.number_of(span, left)?, self.number_of(span, right)?),
            _ => (left, right),
        };
        let function = match order {
            Order::Less => Function::Less,
            Order::LessOrEqual => Function::LessOrEqual,
        };
        Ok(self.graph.apply(function, &[left, right]))
    }
}

/// An order of two values.
#[derive(Debug, Clone, Copy)]
enum Order {
    Less,
    LessOrEqual,
}
