//! The roles of a key: which are needed for what, and which of them a key has (kustomer.md section 2).

use super::request::Object;

/// What a key must be allowed to do: one role of each entry is enough.
pub(super) struct Need {
    /// As in connection tests.
    pub name: &'static str,
    /// What it is for, after “the key may …”.
    pub told: &'static str,
    pub roles: &'static [Role],
    /// Without it everything still works, but more slowly or not with every key.
    pub optional: Option<&'static str>,
}

/// The current role and its older names, any of which is enough.
pub(super) struct Role {
    pub current: &'static str,
    pub older: &'static [&'static str],
}

const fn role(current: &'static str, older: &'static [&'static str]) -> Role {
    Role { current, older }
}

pub(super) const COMPANIES: Need = Need {
    name: "companies",
    told: "read, create and change companies",
    roles: &[
        role("org.permission.company.read", &["org.user.company.read"]),
        role("org.permission.company.create", &["org.user.company.write"]),
        role("org.permission.company.update", &["org.user.company.write"]),
    ],
    optional: None,
};

pub(super) const CUSTOMERS: Need = Need {
    name: "customers",
    told: "read, create and change customers",
    roles: &[
        role("org.permission.customer.read", &["org.user.customer.read"]),
        role("org.permission.customer.create", &["org.user.customer.write"]),
        role("org.permission.customer.update", &["org.user.customer.write"]),
    ],
    optional: None,
};

pub(super) const ATTRIBUTES: Need = Need {
    name: "attributes",
    told: "read and define custom attributes",
    roles: &[
        role("org.permission.metadata.read", &["org.user.metadata.read", "org.admin.metadata.read"]),
        role("org.permission.metadata.update", &["org.admin.metadata.write"]),
    ],
    optional: Some("Only what needs no custom attribute can be sent."),
};

pub(super) const BULK: Need = Need {
    name: "bulk",
    told: "send records together",
    roles: &[role("org.permission.bulk.read", &["org.user.bulk.read"])],
    optional: Some("Records then go one by one, which takes longer."),
};

pub(super) const SEARCH: Need = Need {
    name: "search",
    told: "search for records",
    roles: &[role(
        "org.permission.search.create",
        &[
            "org.permission.search.update",
            "org.permission.search_global.create",
            "org.permission.search_preview.create",
            "org.user.search.read",
            "org.admin.search.read",
        ],
    )],
    optional: Some("Records can then not be matched by a custom attribute."),
};

impl Need {
    /// The roles a key lacks, by their current names.
    pub(super) fn missing(&self, roles: &[String]) -> Vec<&'static str> {
        self.roles.iter().filter(|role| !role.is_among(roles)).map(|role| role.current).collect()
    }

    pub(super) fn object(&self) -> Option<Object> {
        match self.name {
            "companies" => Some(Object::Company),
            "customers" => Some(Object::Customer),
            _ => None,
        }
    }
}

impl Role {
    fn is_among(&self, roles: &[String]) -> bool {
        std::iter::once(&self.current).chain(self.older).any(|wanted| roles.iter().any(|role| covers(role, wanted)))
    }
}

/// Whether a role is the wanted one or stands above it: `org.permission.customer` is taken to cover
/// `org.permission.customer.read` (kustomer.md section 1, mark A), which the connection test tries out.
fn covers(role: &str, wanted: &str) -> bool {
    wanted == role
        || wanted.strip_prefix(role).is_some_and(|rest| rest.starts_with('.') && role.matches('.').count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_by_its_current_name() {
        let missing = |roles: &[&str]| {
            let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
            CUSTOMERS.missing(&roles)
        };
        let [read, create, update] = ["read", "create", "update"].map(|verb| format!("org.permission.customer.{verb}"));
        assert_eq!(missing(&[]), [&read, &create, &update]);
        assert_eq!(missing(&[&read, &create]), [&update]);
        assert_eq!(missing(&["org.user.customer.read", "org.user.customer.write"]), [""; 0]);
        assert_eq!(missing(&["org.permission.customer"]), [""; 0]);
        assert_eq!(missing(&["org.permission", "org.permission.custom", "org"]).len(), 3);
    }
}
