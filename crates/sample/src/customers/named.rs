//! The customers of whom the story tells by name.

use jiff::civil::date;

use super::Customer;

pub(super) struct Named {
    number: u32,
    pub(super) company: &'static str,
    pub(super) country: &'static str,
    pub(super) town: &'static str,
    pub(super) email: &'static str,
}

/// The named customer with this number.
pub(super) fn find(number: u32) -> Option<&'static Named> {
    NAMED.iter().find(|named| named.number == number)
}

/// What the story says about single cells of them.
pub(super) fn tell(customers: &mut [Customer]) {
    let mut of = |number: usize, tell: fn(&mut Customer)| tell(&mut customers[number - 1]);
    of(1, |wismar| {
        wismar.country_name = "Deutschland";
        wismar.tax_number = "DE 811 907 980".into();
        wismar.rhythm = Some("monthly");
        wismar.since = date(2019, 4, 3);
    });
    of(2, |tamar| {
        tamar.country_name = "United Kingdom";
        tamar.phone = "01566 55 0192".into();
        tamar.rhythm = Some("qtrly");
        tamar.since = date(2019, 2, 11);
    });
    of(3, |ostsee| {
        ostsee.tax_number = "DE299104551".into();
        ostsee.rhythm = Some("quarterly");
        ostsee.since = date(2020, 2, 11);
    });
    of(217, |aalborg| {
        aalborg.street = "Havnegade 14".into();
        aalborg.tax_number = "DK31440921".into();
        aalborg.rhythm = Some("monthly");
        aalborg.since = date(2019, 4, 3);
    });
    of(388, |harrogate| {
        harrogate.tax_number = "GB114882703".into();
        harrogate.rhythm = Some("monthly");
        harrogate.since = date(2021, 11, 1);
    });
}

const fn named(
    number: u32,
    company: &'static str,
    country: &'static str,
    town: &'static str,
    email: &'static str,
) -> Named {
    Named { number, company, country, town, email }
}

const NAMED: &[Named] = &[
    named(1, "Ärzte-Labor Wismar GmbH", "DE", "Wismar", "rechnung@labor-wismar.example"),
    named(2, "Tamar Valley Testing", "GB", "Launceston", "AP@tamartesting.example"),
    named(3, "Ostsee Umweltlabor", "DE", "Rostock", "rechnung@ostsee.example"),
    named(8, "Limmat Labor AG", "CH", "Zürich", "buchhaltung@limmatlabor.example"),
    named(19, "Donaublick Wasserlabor", "AT", "Linz", "office@donaublick.example"),
    named(44, "Ebro Calidad de Aguas", "ES", "Zaragoza", "facturas@ebroaguas.example"),
    named(61, "Solway Firth Sampling", "GB", "Perth", "accounts@solwayfirth.example"),
    named(77, "Clyde Estuary Laboratory", "GB", "Edinburgh", "accounts@clyde-estuary.example"),
    named(90, "Hydrolab Graz", "AT", "Graz", "office@hydrolab-graz.example"),
    named(156, "Bramwell Brook Laboratories Ltd", "GB", "Gloucester", "accounts@bramwellbrook.example"),
    named(164, "Northmoor Analytics Ltd", "GB", "Durham", "ap@northmoor.example"),
    named(165, "Northmoor Analytica Ltd", "GB", "Durham", "finance@northmoor.example"),
    named(217, "Aalborg Vandlab ApS", "DK", "Aalborg", "faktura@vandlab.example"),
    named(
        250,
        "Zweckverband Gewässerprüfung Unteres Rehmetal und Stiegenland",
        "DE",
        "Jena",
        "rechnung@rehmetal.example",
    ),
    named(275, "Eschental Gewässerlabor GmbH", "DE", "Ulm", "rechnung@eschental.example"),
    named(276, "Eschental Gewässerlabore GmbH", "DE", "Ulm", "kreditoren@eschental.example"),
    named(333, "Marais-Clair Analyses SARL", "FR", "Brest", "compta@maraisclair.example"),
    named(338, "Penobscot River Labs Inc.", "US", "Portland", "ap@penobscotlabs.example"),
    named(388, "Harrogate Spa Analysis", "GB", "Harrogate", "accounts@hsa.example"),
    named(391, "Harz Analytik", "DE", "Goslar", "buchhaltung@harzanalytik.example"),
    named(412, "Pentland Water Trust", "GB", "Edinburgh", "ap@calder.example"),
    named(471, "Weserblick Wasseranalytik GmbH", "DE", "Emden", "rechnung@weserblick.example"),
    named(481, "Oakhurst Environmental Ltd", "GB", "Norwich", "accounts@oakhurst-env.example"),
    named(512, "Hydrochem Nantes", "FR", "Nantes", "factures@hydrochem-nantes.example"),
    named(566, "Lindhav Miljølab ApS", "DK", "Esbjerg", "faktura@lindhav.example"),
    named(567, "Lindhav Miljølabs A/S", "DK", "Aarhus", "regnskab@lindhav.example"),
    named(641, "Kernow Water Science Ltd", "GB", "Truro", "ap@kernowwater.example"),
    named(650, "Laguna Analisi Ambientali", "IT", "Pisa", "fatture@laguna-analisi.example"),
    named(702, "Fenwick Labs", "GB", "Norwich", "ap@fenwick.example"),
    named(703, "Fenwick Laboratories", "GB", "Durham", "accounts@fenwick.example"),
    named(705, "Schlei Wasserschutz", "DE", "Kiel", "rechnung@schlei-wasser.example"),
    named(745, "Rheinkiesel Labor GmbH", "DE", "Trier", "rechnung@rheinkiesel.example"),
    named(746, "Rheinkiesel Labors GmbH", "DE", "Passau", "office@rk-labors.example"),
    named(817, "Laboratorium Hoorn", "NL", "Hoorn", "facturatie@labhoorn.example"),
    named(822, "Severn Water Quality", "GB", "Shrewsbury", "ap@severnquality.example"),
    named(903, "Mosel Analytik", "DE", "Trier", "buchhaltung@moselanalytik.example"),
    named(934, "Marais-Clair Analyse SAS", "FR", "Brest", "factures@maraisclair.example"),
    named(958, "Larkhaven Water Testing Ltd", "GB", "Exeter", "ap@larkhaven.example"),
    named(1011, "Oakhurst Environment Ltd", "GB", "Norwich", "payables@oakhurst-environment.example"),
    named(1032, "Stadtwerke Lindau Labor", "DE", "Lindau", "rechnung@sw-lindau.example"),
    named(1107, "Calder Valley Labs", "GB", "Hebden Bridge", "ap@calder.example"),
];
