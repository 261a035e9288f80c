//! The colours of data on a terminal. They carry no meaning alone: what is coloured also says it in a
//! mark or a word.

use std::borrow::Cow;

/// What there is to colour with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Nothing.
    Plain,
    /// The sixteen colours that every terminal has.
    Terminal,
}

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Something came.
    Come,
    /// Something went.
    Gone,
    /// Something is not what it was.
    Other,
    /// A heading.
    Heading,
}

impl Palette {
    /// A text in a colour. It has to be as wide as it will be: escapes have no width.
    pub fn paint(self, colour: Colour, text: &str) -> Cow<'_, str> {
        let code = match (self, colour) {
            (Self::Plain, _) => return Cow::Borrowed(text),
            (Self::Terminal, Colour::Come) => 32,
            (Self::Terminal, Colour::Gone) => 31,
            (Self::Terminal, Colour::Other) => 33,
            (Self::Terminal, Colour::Heading) => 1,
        };
        Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
    }
}
