//! Configurations to the models that they are of.

use std::{collections::BTreeMap, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    names::ModelName,
};

use super::{Resolver, is_in_folder};
use crate::models::{
    ParsedModel,
    config::{self, Config, Subject},
    lookup::Found,
    outline::{Outline, Span},
};

impl Resolver<'_> {
    /// Gives each model what its configuration says.
    pub(super) fn configure(&mut self, models: &mut BTreeMap<ModelName, ParsedModel>) {
        // A model that could not be read may be the one that is configured.
        let all_were_read = self.problems.is_empty();
        let mut configured: BTreeMap<ModelName, (usize, &Span)> = BTreeMap::new();
        for (file, outline) in self.outlines.iter().enumerate() {
            if outline.is_broken() || !is_in_folder(outline) {
                continue;
            }
            for Config { subject, settings } in &outline.configs {
                let (Subject::Named { path, span } | Subject::Perhaps { path, span }) = subject;
                let Some(model) = self.configured(file, path, models) else {
                    if all_were_read && matches!(subject, Subject::Named { .. }) {
                        self.problems.push(no_such_model(outline, path, span));
                    }
                    continue;
                };
                if let Some(first) = configured.insert(model.model.name.clone(), (file, span)) {
                    self.problems.push(configured_twice(model, (outline, span), self.outlines, first));
                }
                match config::ingestion(outline.language, settings) {
                    Ok(ingestion) => model.ingestion = ingestion,
                    Err(refusals) => self.problems.extend(refusals.into_iter().map(|refusal| {
                        Diagnostic::error(Code::ModelConfig, refusal.message)
                            .with_label(&outline.file, refusal.span, "here")
                            .with_help(refusal.help)
                    })),
                }
            }
        }
    }

    /// The model that a configuration in a file is of.
    fn configured<'m>(
        &self,
        file: usize,
        path: &[String],
        models: &'m mut BTreeMap<ModelName, ParsedModel>,
    ) -> Option<&'m mut ParsedModel> {
        let Found::Declaration((file, name)) = self.files.find(file, path) else { return None };
        let model = models.get_mut(&name.parse::<ModelName>().ok()?)?;
        let declared_there = Arc::ptr_eq(&self.files.outline(file)?.file, &model.file);
        declared_there.then_some(model)
    }
}

fn no_such_model(outline: &Outline, path: &[String], span: &Span) -> Diagnostic {
    let message = format!("`{}` is configured, and is not a data model", path.join("."));
    Diagnostic::error(Code::ModelConfig, message)
        .with_label(&outline.file, span.clone(), "no data model of this name")
        .with_help("Name a type in app/datamodels that is exported and has a key.")
}

fn configured_twice(
    model: &ParsedModel,
    (outline, span): (&Outline, &Span),
    outlines: &[Outline],
    (first_file, first_span): (usize, &Span),
) -> Diagnostic {
    let message = format!("`{}` is configured twice", model.model.name);
    let problem = Diagnostic::error(Code::ModelConfig, message)
        .with_label(&outline.file, span.clone(), "here again")
        .with_help("Keep one of the configurations.");
    match outlines.get(first_file) {
        Some(first) if Arc::ptr_eq(&first.file, &outline.file) => {
            problem.with_label(&outline.file, first_span.clone(), "first configured here")
        }
        Some(_) | None => problem,
    }
}
