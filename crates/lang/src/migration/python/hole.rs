//! What stands in drafts for a value that only the author knows.

use std::sync::Arc;

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

/// The name of the function that is called there.
pub(in crate::migration) const HOLE: &str = "FILL_IN";

/// Asks for the value.
pub(in crate::migration) fn asked(file: &Arc<SourceFile>, call: &ExprCall) -> Diagnostic {
    let what = match call.arguments.args.first() {
        Some(Expr::StringLiteral(text)) => format!(": {}", text.value.to_str()),
        _ => String::new(),
    };
    Diagnostic::error(Code::Hole, format!("a value still has to be filled in{what}"))
        .with_label(file, call.range().into(), "only you know it")
        .with_help(format!("Replace `{HOLE}(…)` by the value, or `return None` where there is none."))
}
