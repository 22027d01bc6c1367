//! `carryover sign -m M --as ROLE`

use std::ops::ControlFlow;

use engine::api::Result;
use engine::api::signing::{Role, SignOff};

use super::Front;
use crate::args::{Sign, SignRole};
use crate::output::{self, Outcome, table};

pub(super) fn run(front: &Front, args: &Sign) -> Result<Outcome> {
    let mut migration = front.open(&args.migration)?;
    let signed = match args.role {
        Some(role) => {
            let role = match role {
                SignRole::Preparer => Role::Preparer,
                SignRole::Approver => Role::Approver,
            };
            let name = args.name.as_ref().unwrap_or(&front.actor.name);
            migration.sign(role, name, &args.remark, &mut |_| ControlFlow::Continue(()))?
        }
        None => migration.sign_off()?,
    };
    output::result(front.json, &signed, || shown(&signed));
    Ok(Outcome::wrong_if(signed.outdated_by.is_some()))
}

fn shown(signed: &SignOff) -> String {
    let rows = signed.signatures.iter().map(|signature| {
        let role = match signature.role {
            Role::Preparer => "preparer",
            Role::Approver => "approver",
        };
        vec![role.to_owned(), signature.name.clone(), signature.at.clone(), signature.remark.clone()]
    });
    let state = signed.outdated_by.as_ref().map_or_else(String::new, |what| format!("\nChanged since: {what}."));
    format!("{}{state}", table(&["As", "Name", "At", "Remark"], 0..0, rows))
}
