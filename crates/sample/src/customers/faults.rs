//! What is wrong with 59 of the customers. Each row has one fault, and no other row breaks a rule.

use super::{Customer, country};
use crate::finding::Mark;
use crate::random::Random;

/// `{}` is the customer's own domain, without `.example`.
const BROKEN_EMAILS: &[(usize, &str)] = &[
    (29, "ap@{}"),
    (133, "accounts@"),
    (246, "@{}.example"),
    (305, "a b@{}.example"),
    (359, "invoices@{}"),
    (447, "office@"),
    (530, "@{}.example"),
    (618, "{}.example"),
    (777, "finance at {}.example"),
    (866, "ap@{}."),
    (1150, "info@{}"),
];
const SHARED_EMAIL: [usize; 2] = [412, 1107];
const TOO_FEW_DIGITS: &[(usize, &str)] = &[(391, "0049 (0) 53 21"), (584, "55 01"), (1043, "(0) 55-2")];
const UNKNOWN_COUNTRIES: &[(usize, &str)] = &[(671, "Ruritania"), (1128, "Wessex")];
const WITHOUT_NAME: &[usize] = &[423, 990];
const TRAILING_BLANKS: &[usize] =
    &[52, 101, 148, 199, 231, 288, 317, 370, 436, 495, 541, 603, 660, 731, 808, 921, 1072];
/// Similar names at the same e-mail domain.
const SAME_DOMAIN: &[[usize; 2]] = &[[164, 165], [275, 276], [333, 934], [566, 567], [702, 703]];
/// Similar names with the same tax number.
const SAME_TAX_NUMBER: &[[usize; 2]] = &[[481, 1011], [745, 746]];
/// A second row with the same number: the name it has there, and the e-mail address of then.
const OLDER_COPIES: &[(usize, &str, &str)] = &[
    (156, "Bramwell Brook Labs Limited", "office@bramwell-brook-labs.example"),
    (471, "Weserblick Wasser-Analytik GmbH", "info@wasser-am-weserblick.example"),
    (958, "Larkhaven Water-Testing Limited", "post@larkhaven-testing.example"),
];
/// After which customer a row with a damaged number stands.
const DAMAGED_AFTER: usize = 427;
const TOO_LONG_AFTER: usize = 850;

/// Puts the faults in; customer `n` must stand at index `n - 1`. Returns the rows in file order.
pub(super) fn put(mut customers: Vec<Customer>, random: &mut Random) -> Vec<Customer> {
    spoil_contacts(&mut customers);
    spoil_countries(&mut customers, random);
    spoil_names(&mut customers);
    pair_up(&mut customers);
    for &(number, _, _) in OLDER_COPIES {
        customers[number - 1].mark = Some(Mark::error("external_id", "unique"));
    }
    let rows = (1..).zip(customers);
    rows.flat_map(|(number, customer)| {
        let more = followers(number, &customer, random);
        std::iter::once(customer).chain(more)
    })
    .collect()
}

fn spoil_contacts(customers: &mut [Customer]) {
    for &(number, pattern) in BROKEN_EMAILS {
        let customer = &mut customers[number - 1];
        let domain = customer.email.split('@').next_back().unwrap_or_default().to_lowercase();
        customer.email = pattern.replace("{}", domain.trim_end_matches(".example"));
        customer.mark = Some(Mark::error("email", "format"));
    }
    for number in SHARED_EMAIL {
        customers[number - 1].mark = Some(Mark::error("email", "unique"));
    }
    for &(number, phone) in TOO_FEW_DIGITS {
        let customer = &mut customers[number - 1];
        phone.clone_into(&mut customer.phone);
        customer.mark = Some(Mark::error("phone_number", "format"));
    }
}

/// Without a country nobody can tell a national telephone or tax number, so these rows have neither.
fn spoil_countries(customers: &mut [Customer], random: &mut Random) {
    for &(number, name) in UNKNOWN_COUNTRIES {
        let customer = &mut customers[number - 1];
        customer.country_name = name;
        customer.phone = country::phone_abroad(customer.country, customer.town, random);
        customer.tax_number.clear();
        customer.mark = Some(Mark::error("address.country_code", "allowed"));
    }
}

fn spoil_names(customers: &mut [Customer]) {
    for &number in WITHOUT_NAME {
        let customer = &mut customers[number - 1];
        customer.company.clear();
        customer.mark = Some(Mark::error("customer_name", "required"));
    }
    for (&number, blanks) in TRAILING_BLANKS.iter().zip([" ", "  ", "   "].iter().cycle()) {
        let customer = &mut customers[number - 1];
        customer.mark = Some(Mark::note("customer_name", "blanks").suggest(&*customer.company));
        customer.company.push_str(blanks);
    }
}

fn pair_up(customers: &mut [Customer]) {
    for &number in SAME_DOMAIN.as_flattened() {
        customers[number - 1].mark = Some(Mark::warning("customer_name", "near_duplicate"));
    }
    for &[first, second] in SAME_TAX_NUMBER {
        // A number of their own: one in sixteen customers was left without.
        let tax_number = format!("{}4417{first:05}", customers[first - 1].country.code);
        for number in [first, second] {
            customers[number - 1].tax_number.clone_from(&tax_number);
            customers[number - 1].mark = Some(Mark::warning("tax_info.tax_id", "near_duplicate"));
        }
    }
}

/// Rows that stand after a customer: an older copy of it, or one whose number is none.
fn followers(number: usize, customer: &Customer, random: &mut Random) -> Option<Customer> {
    if let Some(&(_, company, email)) = OLDER_COPIES.iter().find(|copy| copy.0 == number) {
        let older = another(customer, customer.number.clone(), company, email, random);
        return Some(Customer { mark: customer.mark.clone(), since: customer.since, ..older });
    }
    let (id, company, email, rule) = match number {
        DAMAGED_AFTER => ("4.27167E+18".to_owned(), "Tidewater Mussels", "ap@tidewater-mussels.example", "spreadsheet"),
        TOO_LONG_AFTER => ("L4-".repeat(100), "Saltmarsh Oysters", "ap@saltmarsh-oysters.example", "length"),
        _ => return None,
    };
    let odd = another(customer, id, company, email, random);
    Some(Customer { mark: Some(Mark::error("external_id", rule)), ..odd })
}

/// A customer of the same country with nothing else in common.
fn another(of: &Customer, number: String, company: &str, email: &str, random: &mut Random) -> Customer {
    let town = super::any_town(of.country, random);
    let made = super::customer(0, company.to_owned(), email.to_owned(), of.country, town, random);
    Customer { number, tax_number: String::new(), ..made }
}
