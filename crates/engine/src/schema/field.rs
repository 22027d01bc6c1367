//! How a destination's schema writes its fields down: one line for what is usual, one word for each exception.

use super::{Concept, Field, Kind, Reference};

pub(super) fn field(id: &'static str, label: &'static str, kind: Kind, concept: Concept, help: &'static str) -> Field {
    Field {
        id,
        label,
        help,
        kind,
        concept,
        required: false,
        unique: false,
        min_length: None,
        max_length: None,
        minimum: None,
        allowed: &[],
        reference: None,
        preset: None,
    }
}

impl Field {
    pub(super) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    pub(super) fn at_most(self, characters: usize) -> Self {
        Self { max_length: Some(characters), ..self }
    }

    pub(super) fn no_shorter_than(self, characters: usize) -> Self {
        Self { min_length: Some(characters), ..self }
    }

    pub(super) fn at_least(self, least: i64) -> Self {
        Self { minimum: Some((least, true)), ..self }
    }

    pub(super) fn one_of(self, allowed: &'static [&'static str]) -> Self {
        Self { allowed, ..self }
    }

    pub(super) fn preset(self, value: &'static str) -> Self {
        Self { preset: Some(value), ..self }
    }

    pub(super) fn refers_to(self, dataset: &'static str, field: &'static str) -> Self {
        Self { reference: Some(Reference { dataset, field }), ..self }
    }
}
