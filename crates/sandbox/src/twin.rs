//! Which billing system a sandbox plays.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use uuid::Uuid;

use crate::clock::Clock;
use crate::kustomer::{self, Account, Kustomer};
use crate::records::{Counts, Records};
use crate::zenskar::{self, Zenskar};
use crate::{Plays, SandboxError};

/// The one that is played.
#[derive(Clone)]
pub(crate) enum Twin {
    Zenskar(Arc<Zenskar>),
    Kustomer(Arc<Kustomer>),
}

impl Twin {
    pub(crate) fn new(
        plays: Plays,
        account: Account,
        (api_key, organisation): (String, Uuid),
        clock: Arc<Clock>,
        kept: Option<&Path>,
    ) -> Result<Self, SandboxError> {
        let unkept = |path: &Path, source| SandboxError::Kept { path: path.to_owned(), source };
        match plays {
            Plays::Zenskar => {
                let mut zenskar = Zenskar::new(api_key, organisation, clock)?;
                if let Some(path) = kept {
                    zenskar.keep_in(path).map_err(|source| unkept(path, source))?;
                }
                Ok(Self::Zenskar(Arc::new(zenskar)))
            }
            Plays::Kustomer => {
                let mut kustomer = Kustomer::new(api_key, organisation, account, clock)?;
                if let Some(path) = kept {
                    kustomer.keep_in(path).map_err(|source| unkept(path, source))?;
                }
                Ok(Self::Kustomer(Arc::new(kustomer)))
            }
        }
    }

    pub(crate) fn router(&self) -> Router {
        match self {
            Self::Zenskar(zenskar) => zenskar::router(zenskar.clone()),
            Self::Kustomer(kustomer) => kustomer::router(kustomer.clone()),
        }
    }

    /// Kustomer keeps none.
    pub(crate) fn forget_keys(&self) {
        if let Self::Zenskar(zenskar) = self {
            zenskar.forget_keys();
        }
    }

    pub(crate) fn records(&self) -> Records {
        match self {
            Self::Zenskar(zenskar) => zenskar.records(),
            Self::Kustomer(kustomer) => kustomer.records(),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        match self {
            Self::Zenskar(zenskar) => zenskar.counts(),
            Self::Kustomer(kustomer) => kustomer.counts(),
        }
    }
}
