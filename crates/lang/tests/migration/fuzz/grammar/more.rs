//! Bits, code units, calendars, replacements, changes of objects, and returns out of loops.

use super::{Author, B, D, N, Ns, Statements, T, Ts};
use crate::fuzz::tree::{Part, Tree};

impl Author<'_> {
    pub(super) fn more_text(&mut self, d: usize) -> Tree {
        match self.chance.below(9) {
            6 => {
                let text = self.leaf(T);
                let test = format!(" === \"a\" || {text} === \"é\" ? {text} : ");
                tree!(T, format!("({text}{test}"), self.piece(T, d), ")")
            }
            7 => tree!(T, "(row.w !== \"a\" ? row.w : ", self.piece(T, d), ")"),
            0 => tree!(T, "(", self.piece(N, d), " >>> 0).toString(16)"),
            1 => tree!(T, "(", self.piece(N, d), " & 255).toString(2)"),
            2 => tree!(T, "String.fromCharCode(", self.piece(N, d), ")"),
            3 => {
                let f = ["replace", "replaceAll"][self.chance.below(2)];
                tree!(T, self.piece(T, d), format!(".{f}(\"a\", "), self.piece(T, 0), ")")
            }
            4 => {
                let f = ["padStart", "padEnd"][self.chance.below(2)];
                let filler = ["\"0\"", "\"ab\"", "\"é\""][self.chance.below(3)];
                tree!(T, self.piece(T, d), format!(".{f}("), self.piece(N, d), format!(", {filler})"))
            }
            5 => tree!(T, self.piece(T, d), ".repeat(", self.piece(N, 0), ")"),
            _ => tree!(T, self.piece(T, d), ".replace(\"a\", \"$$<$&>\")"),
        }
    }

    pub(super) fn more_number(&mut self, d: usize) -> Tree {
        match self.chance.below(9) {
            0 | 1 => {
                let op = ["&", "|", "^", "<<", ">>", ">>>"][self.chance.below(6)];
                tree!(N, "(", self.piece(N, d), format!(" {op} "), self.piece(N, d), ")")
            }
            2 => tree!(N, "~", self.piece(N, 0)),
            3 => {
                let radix = ["", ", 2", ", 8", ", 16"][self.chance.below(4)];
                tree!(N, "parseInt(", self.piece(T, d), format!("{radix})"))
            }
            4 => tree!(N, self.piece(T, d), ".charCodeAt(", self.piece(N, 0), ")"),
            5 => tree!(N, "(", self.piece(T, d), ".codePointAt(", self.piece(N, 0), ") ?? -1)"),
            6 => tree!(N, self.piece(T, d), ".lastIndexOf(", self.piece(T, d), ")"),
            7 => tree!(N, "Date.UTC(", self.piece(N, d), ", ", self.piece(N, 0), ", ", self.piece(N, 0), ")"),
            _ => tree!(N, "(", self.piece(N, d), ") ** 2"),
        }
    }

    pub(super) fn more_boolean(&mut self, d: usize) -> Tree {
        let op = ["&", "|"][self.chance.below(2)];
        tree!(B, "((", self.piece(N, d), format!(" {op} "), self.piece(N, d), ") !== 0)")
    }

    pub(super) fn more_date(&mut self, d: usize) -> Tree {
        tree!(
            D,
            "new Date(2000 + (",
            self.piece(N, d),
            " & 127), ",
            self.piece(N, 0),
            " & 63, ",
            self.piece(N, 0),
            " & 255)",
        )
    }

    pub(super) fn more_texts(&mut self, d: usize) -> Tree {
        match self.chance.below(3) {
            2 => {
                let (head, tail) = (self.name("h"), self.name("t"));
                let function = format!("(([{head}, ...{tail}]) => [...{tail}, {head} ?? \"\"])(");
                tree!(Ts, function, self.piece(Ts, d), ")")
            }
            0 => tree!(Ts, self.piece(T, d), ".split(\"\")"),
            _ => tree!(Ts, "[...", self.piece(T, d), "]"),
        }
    }

    pub(super) fn more_statement(&mut self, name: String) -> Tree {
        match self.chance.below(3) {
            0 => self.changing(name),
            1 => self.returning(name),
            _ => {
                let setter = ["Hours", "Minutes", "Date", "Month"][self.chance.below(4)];
                let tree = tree!(
                    Statements,
                    format!("const {name} = new Date("),
                    self.piece(D, 1),
                    format!("); {name}.setUTC{setter}("),
                    self.piece(N, 1),
                    ");",
                );
                self.names.push((format!("new Date({name})"), D));
                tree
            }
        }
    }

    /// An object whose fields are changed, also in a loop.
    fn changing(&mut self, name: String) -> Tree {
        let (item, text, number) = (self.name("x"), self.piece(T, 1), self.piece(N, 1));
        let (test, more) = (self.piece(B, 1), self.with(&[(item.as_str(), T)], N, 1));
        let tree = tree!(
            Statements,
            format!("const {name} = {{ a: "),
            text,
            ", n: ",
            number,
            " }; if (",
            test,
            format!(") {{ {name}.a += "),
            self.piece(T, 1),
            format!("; }} for (const {item} of row.ts) {{ {name}.n += "),
            more,
            format!("; {name}.n++; }}"),
        );
        self.names.push((format!("{name}.a"), T));
        self.names.push((format!("{name}.n"), N));
        tree
    }

    /// A function that returns out of a loop.
    fn returning(&mut self, name: String) -> Tree {
        let (item, over, element, array) = match self.chance.below(2) {
            0 => (self.name("x"), Ts, T, "row.ts"),
            _ => (self.name("x"), Ns, N, "row.ns"),
        };
        let names = [(item.as_str(), element)];
        let (test, value) = (self.with(&names, B, 1), self.with(&names, N, 1));
        let (stop, all) = (self.with(&names, B, 1), Tree::leaf(over, array));
        let tree = tree!(
            Statements,
            format!("const {name} = () => {{ for (const {item} of "),
            all,
            ") { if (",
            test,
            ") return ",
            value,
            "; if (",
            stop,
            ") break; } return ",
            self.piece(N, 1),
            "; };",
        );
        self.names.push((format!("{name}()"), N));
        tree
    }
}
