//! Expressions over one source row, and how they are printed.

use std::fmt::{self, Write as _};

use super::{ident, string};
use crate::names::SqlIdent;

/// The alias under which every generated SELECT reads its source row.
///
/// Columns are always printed with it: ClickHouse lets an alias of the SELECT list shadow a
/// column of the same name, so a bare name in `SELECT b AS a, a AS b` would be ambiguous.
pub(super) const SOURCE: &str = "event";

/// An SQL expression over one source row.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A column of the source row.
    Column(SqlIdent),
    /// A name bound by a [`super::Let`] or by a lambda.
    Name(SqlIdent),
    /// A constant.
    Literal(Literal),
    /// A function of the database.
    Call {
        /// Its name, as the database spells it.
        function: &'static str,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// A migration that runs in its language ([`crate::udf`]).
    Udf {
        /// The name of the function.
        function: SqlIdent,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// An infix operator.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `(x, i) -> body`, as an argument of a higher-order function.
    Lambda {
        /// Parameter names; they are referred to as [`Expr::Name`].
        params: Vec<SqlIdent>,
        /// The body.
        body: Box<Expr>,
    },
    /// An expression that a person has written, with values in the places of its parameters.
    Written(Vec<Part>),
    /// `CAST(value AS type)`; the type is spelled by [`super::column_type`] or is a plain name.
    Cast {
        /// The value.
        value: Box<Expr>,
        /// The type, as the database spells it.
        data_type: String,
    },
}

/// A part of an expression that a person has written.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text that stays as it is.
    Text(String),
    /// What stands in the place of a parameter.
    Value(Expr),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `NULL`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A signed 64-bit integer, printed so that its type is `Int64`.
    Int(i64),
    /// An integer that is a count, a position or a precision: printed as it stands, in whatever
    /// type the database gives it.
    Count(i64),
    /// A double, printed so that its type is `Float64` and its value exact.
    Float(f64),
    /// A string.
    String(String),
}

/// Infix operators, with their printed form and binding strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Plus,
    Minus,
    Times,
    Divide,
    Concat,
}

impl BinaryOp {
    fn symbol(self) -> &'static str {
        match self {
            Self::Or => "OR",
            Self::And => "AND",
            Self::Eq => "=",
            Self::NotEq => "!=",
            Self::Less => "<",
            Self::LessEq => "<=",
            Self::Greater => ">",
            Self::GreaterEq => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
            Self::Concat => "||",
        }
    }

    fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Eq | Self::NotEq | Self::Less | Self::LessEq | Self::Greater | Self::GreaterEq => 3,
            Self::Concat => 4,
            Self::Plus | Self::Minus => 5,
            Self::Times | Self::Divide => 6,
        }
    }
}

impl Expr {
    /// A function call.
    pub fn call(function: &'static str, args: impl IntoIterator<Item = Expr>) -> Self {
        Self::Call { function, args: args.into_iter().collect() }
    }

    /// An infix operation.
    pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Self {
        Self::Binary { op, left: Box::new(left), right: Box::new(right) }
    }

    /// `NULL`.
    pub fn null() -> Self {
        Self::Literal(Literal::Null)
    }

    /// A string constant.
    pub fn string(text: impl Into<String>) -> Self {
        Self::Literal(Literal::String(text.into()))
    }

    /// A double constant.
    pub fn float(value: f64) -> Self {
        Self::Literal(Literal::Float(value))
    }

    /// An `Int64` constant.
    pub fn int(value: i64) -> Self {
        Self::Literal(Literal::Int(value))
    }

    /// A truth constant.
    pub fn bool(value: bool) -> Self {
        Self::Literal(Literal::Bool(value))
    }

    /// `CAST(value AS type)`.
    pub fn cast(value: Expr, data_type: impl Into<String>) -> Self {
        Self::Cast { value: Box::new(value), data_type: data_type.into() }
    }

    /// Calls a function with every column that this expression refers to.
    pub(crate) fn for_each_column<'e>(&'e self, f: &mut impl FnMut(&'e SqlIdent)) {
        match self {
            Self::Column(name) => f(name),
            Self::Name(_) | Self::Literal(_) => {}
            Self::Call { args, .. } | Self::Udf { args, .. } => {
                args.iter().for_each(|arg| arg.for_each_column(f));
            }
            Self::Binary { left, right, .. } => {
                left.for_each_column(f);
                right.for_each_column(f);
            }
            Self::Lambda { body, .. } => body.for_each_column(f),
            Self::Written(parts) => parts.iter().for_each(|part| match part {
                Part::Text(_) => {}
                Part::Value(value) => value.for_each_column(f),
            }),
            Self::Cast { value, .. } => value.for_each_column(f),
        }
    }

    /// The expression, broken over lines where it is long; `indent` is that of its first line.
    pub(super) fn wrapped(&self, indent: usize) -> String {
        const WIDTH: usize = 110;
        let flat = self.to_string();
        if flat.chars().count() + indent <= WIDTH {
            return flat;
        }
        let (function, args, last): (&str, &[Expr], Option<String>) = match self {
            Self::Call { function: "array", args } if args.len() == 1 => {
                return format!("[{}]", args[0].wrapped(indent));
            }
            Self::Call { function: "in", args } if is_list(args) => return flat,
            Self::Call { function, args } if !args.is_empty() => (function, args, None),
            Self::Udf { function, args } => (function.as_str(), args, None),
            Self::Cast { value, data_type } => ("CAST", std::slice::from_ref(value), Some(string(data_type))),
            Self::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right } => {
                let side = |side: &Self| match side {
                    Self::Binary { op: inner, .. } if inner.strength() < op.strength() => format!("({side})"),
                    side => side.wrapped(indent),
                };
                return format!("{}\n{}{} {}", side(left), " ".repeat(indent), op.symbol(), side(right));
            }
            Self::Lambda { body, .. } => {
                let head = flat.strip_suffix(&body.to_string()).unwrap_or_default();
                return format!("{head}{}", body.wrapped(indent));
            }
            _ => return flat,
        };
        let inner = indent + 4;
        let margin = " ".repeat(inner);
        let mut out = format!("{function}(");
        let mut lines: Vec<String> = Vec::new();
        // A condition and its value share a line when they fit.
        let pairs = if matches!(function, "multiIf") { args.len() - 1 } else { 0 };
        let mut rest = args;
        while let Some((first, others)) = rest.split_first() {
            let in_pairs = args.len() - rest.len() < pairs;
            rest = others;
            if let (true, Some((second, others))) = (in_pairs, rest.split_first()) {
                rest = others;
                let pair = format!("{first}, {second}");
                if pair.chars().count() + inner <= WIDTH {
                    lines.push(pair);
                } else {
                    lines.push(first.wrapped(inner));
                    lines.push(second.wrapped(inner));
                }
            } else {
                lines.push(first.wrapped(inner));
            }
        }
        lines.extend(last);
        for (i, line) in lines.iter().enumerate() {
            out.push_str(if i == 0 { "\n" } else { ",\n" });
            out.push_str(&margin);
            out.push_str(line);
        }
        out.push('\n');
        out.push_str(&" ".repeat(indent));
        out.push(')');
        out
    }

    fn print(&self, out: &mut String, outer: u8) {
        match self {
            Self::Column(name) => {
                out.push_str(SOURCE);
                out.push('.');
                out.push_str(&ident(name));
            }
            Self::Name(name) => out.push_str(&ident(name)),
            Self::Literal(literal) => literal.print(out),
            // The forms that a person would write.
            Self::Call { function: "array", args } => {
                out.push('[');
                print_items(out, args);
                out.push(']');
            }
            Self::Call { function: "in", args } if is_list(args) => {
                let parens = outer > 3;
                if parens {
                    out.push('(');
                }
                if let [value, Self::Call { args: items, .. }] = args.as_slice() {
                    value.print(out, 4);
                    out.push_str(" IN ");
                    print_list(out, items);
                }
                if parens {
                    out.push(')');
                }
            }
            Self::Call { function, args } => {
                out.push_str(function);
                print_list(out, args);
            }
            Self::Udf { function, args } => {
                out.push_str(&ident(function));
                print_list(out, args);
            }
            Self::Binary { op, left, right } => {
                let strength = op.strength();
                let parens = strength < outer;
                if parens {
                    out.push('(');
                }
                // Doubles do not associate: `a + (b + c)` keeps its parentheses. Comparisons do
                // not chain either, so their left side is wrapped as well.
                let left_outer = if strength == 3 { strength + 1 } else { strength };
                left.print(out, left_outer);
                let _ = write!(out, " {} ", op.symbol());
                right.print(out, strength + 1);
                if parens {
                    out.push(')');
                }
            }
            Self::Lambda { params, body } => {
                match params.as_slice() {
                    [only] => out.push_str(&ident(only)),
                    many => {
                        let names: Vec<_> = many.iter().map(ident).collect();
                        let _ = write!(out, "({})", names.join(", "));
                    }
                }
                out.push_str(" -> ");
                body.print(out, 0);
            }
            Self::Written(parts) => {
                // How strong its operators are is not known.
                let parens = outer > 0;
                if parens {
                    out.push('(');
                }
                for part in parts {
                    match part {
                        Part::Text(text) => out.push_str(text),
                        // A minus behind another one would begin a comment.
                        Part::Value(value @ Self::Literal(_)) => {
                            let _ = write!(out, "({value})");
                        }
                        Part::Value(value) => value.print(out, u8::MAX),
                    }
                }
                if parens {
                    out.push(')');
                }
            }
            Self::Cast { value, data_type } => {
                out.push_str("CAST(");
                value.print(out, 0);
                let _ = write!(out, ", {})", string(data_type));
            }
        }
    }
}

/// Whether these are the arguments of `in` with a list.
fn is_list(args: &[Expr]) -> bool {
    matches!(args, [_, Expr::Call { function: "tuple", args }] if !args.is_empty())
}

fn print_list(out: &mut String, args: &[Expr]) {
    out.push('(');
    print_items(out, args);
    out.push(')');
}

fn print_items(out: &mut String, args: &[Expr]) {
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        arg.print(out, 0);
    }
}

impl Literal {
    fn print(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("NULL"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            // A bare integer would take the smallest type that holds it, and `-1` on its own is
            // an operator applied to 1.
            Self::Int(value) => {
                let _ = write!(out, "toInt64({value})");
            }
            Self::Count(value) => {
                let _ = write!(out, "{value}");
            }
            Self::Float(value) => print_float(out, *value),
            Self::String(text) => out.push_str(&string(text)),
        }
    }
}

fn print_float(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("nan");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "inf" } else { "(-inf)" });
    } else if value.is_sign_negative() {
        out.push('(');
        let _ = write!(out, "{value:?}");
        out.push(')');
    } else {
        // `{:?}` is the shortest text that reads back as the same double, and always has a
        // point or an exponent, without which the database would read an integer.
        let _ = write!(out, "{value:?}");
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.print(&mut out, 0);
        f.write_str(&out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Expr {
        Expr::Column(name.parse().unwrap())
    }

    #[test]
    fn parentheses_appear_only_where_they_change_the_meaning() {
        let sum = Expr::binary(BinaryOp::Plus, column("a"), column("b"));
        let product = Expr::binary(BinaryOp::Times, sum.clone(), column("c"));
        assert_eq!(product.to_string(), "(event.a + event.b) * event.c");
        let left = Expr::binary(BinaryOp::Plus, sum.clone(), column("c"));
        assert_eq!(left.to_string(), "event.a + event.b + event.c");
        let right = Expr::binary(BinaryOp::Plus, column("c"), sum);
        assert_eq!(right.to_string(), "event.c + (event.a + event.b)");
    }

    #[test]
    fn numbers_keep_their_type_and_value() {
        for (value, text) in [(2.0, "2.0"), (-0.0, "(-0.0)"), (1e21, "1e21"), (0.1, "0.1"), (f64::NAN, "nan")]
        {
            assert_eq!(Expr::float(value).to_string(), text);
        }
        assert_eq!(Expr::int(-1).to_string(), "toInt64(-1)");
    }
}
