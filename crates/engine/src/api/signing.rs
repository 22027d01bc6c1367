//! Who stands by the report. A signature is an entry of the audit trail; what is changed afterwards outdates it.

use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::sending::{ReportLine, line};
use super::{ApiError, Code, Migration, Result};
use crate::store::StoreError;
use crate::store::signature::Signature as Kept;

/// Under which name the store keeps the list of the files written last.
const WRITTEN: &str = "report_files";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Made the migration and says that the report is right.
    Preparer,
    /// Another person, who says so too.
    Approver,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Preparer => "preparer",
            Self::Approver => "approver",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct Signature {
    pub role: Role,
    pub name: String,
    pub remark: String,
    pub at: String,
    /// Of the entry in the audit trail.
    pub seal: String,
}

/// Printed by `sign --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct SignOff {
    pub signatures: Vec<Signature>,
    /// What was changed after the signing, so that it does not hold any more; `null` while it holds.
    pub outdated_by: Option<String>,
}

/// A file of the report written last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(specta::Type))]
pub struct WrittenFile {
    pub path: PathBuf,
    pub name: String,
    pub bytes: u64,
}

impl Migration {
    pub fn sign_off(&self) -> Result<SignOff> {
        let kept = self.store.signatures()?;
        let changed = kept.first().map(|first| self.store.changed_after(first.entry)).transpose()?.flatten();
        let signatures = kept.into_iter().map(Signature::from).collect();
        Ok(SignOff { signatures, outdated_by: changed.map(|entry| entry.what) })
    }

    /// Signs the report as it stands. The preparer signs first, what is open cannot be signed, and the approver is another
    /// person. A preparer who signs after a change signs anew.
    pub fn sign(
        &mut self,
        role: Role,
        name: &str,
        remark: &str,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<SignOff> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let before = self.sign_off()?;
        may_sign(&before, role, &name)?;
        let tie_out = self.tie_out(tell)?;
        if !tie_out.closed() {
            return Err(ApiError::new(
                Code::Precondition,
                "the report is open: some rows are neither loaded, rejected nor excluded",
                "Finish the upload, or exclude these rows with a reason; then sign.",
            ));
        }
        let figures: Vec<ReportLine> = tie_out.lines.iter().map(line).collect();
        let figures = serde_json::to_string(&figures).map_err(StoreError::from)?;
        self.act(|this| {
            if role == Role::Preparer {
                this.store.clear_signatures()?;
            }
            this.note("Report", &format!("{name} signed as {}", role.word()), remark.trim())?;
            let entry = this.store.newest_entry()?;
            let (entry, seal) = entry.map(|entry| (entry.id, entry.seal)).unwrap_or_default();
            let at = this.actor.at();
            let remark = remark.trim().to_owned();
            this.store.add_signature(&Kept {
                role: role.word().to_owned(),
                name: name.clone(),
                remark,
                at,
                entry,
                seal,
                figures,
            })?;
            Ok(())
        })?;
        self.sign_off()
    }

    /// Files of the report written last that are still there.
    pub fn written(&self) -> Result<Vec<WrittenFile>> {
        let paths: Vec<PathBuf> = match self.store.meta(WRITTEN)? {
            Some(text) => serde_json::from_str(&text).map_err(StoreError::from)?,
            None => Vec::new(),
        };
        let files = paths.into_iter().filter_map(|path| {
            let bytes = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(WrittenFile { path, name, bytes })
        });
        Ok(files.collect())
    }

    pub(crate) fn keep_written(&self, files: &[PathBuf]) -> Result<()> {
        let text = serde_json::to_string(files).map_err(StoreError::from)?;
        Ok(self.store.set_meta(WRITTEN, &text)?)
    }
}

impl From<Kept> for Signature {
    fn from(kept: Kept) -> Self {
        let role = if kept.role == Role::Approver.word() { Role::Approver } else { Role::Preparer };
        Self { role, name: kept.name, remark: kept.remark, at: kept.at, seal: kept.seal }
    }
}

fn may_sign(before: &SignOff, role: Role, name: &str) -> Result<()> {
    let refuse = |message: &str, hint: &str| Err(ApiError::new(Code::Precondition, message, hint));
    if name.is_empty() {
        return refuse("the name is missing", "Write your name as it should stand under the report.");
    }
    let preparer = before.signatures.iter().find(|signature| signature.role == Role::Preparer);
    match (role, preparer) {
        (Role::Approver, None) => refuse("nobody has signed as preparer yet", "Sign as preparer first."),
        (Role::Approver, Some(_)) if before.outdated_by.is_some() => {
            refuse("the migration was changed after it was signed", "Let the preparer sign again, then approve it.")
        }
        (Role::Approver, Some(preparer)) if preparer.name.to_lowercase() == name.to_lowercase() => {
            refuse("you prepared this report", "Another person must approve it.")
        }
        (Role::Preparer, _) | (Role::Approver, Some(_)) => Ok(()),
    }
}
