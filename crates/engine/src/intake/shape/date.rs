//! The ways in which a text can be read as a date, with or without a time of day.
//!
//! Taken: three parts in any sensible order with one separator between figures, months by name in English, German,
//! French and Spanish, a time behind it. Refused: months without a day, times without a date, dates that do not exist.
//! A form is described in the tokens of `transform` (`dd.MM.yyyy`); ISO 8601 with a time is `iso`.

/// A date as written: its form, and every order of day, month and year that gives a day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Date {
    orders: u8,
    pub(crate) form: Form,
    short: u8,
    /// Day and month are the same figure, so that every order gives the same day: 3/3/2026.
    alike: bool,
}

/// What two dates of one column have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Form {
    before: Mark,
    behind: Mark,
    named: bool,
    long_year: bool,
    pub(crate) time: Option<Time>,
}

/// Which part of a date stands first: 3 April is 3/4, 4/3 or 2026/4/3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Day = 1,
    Month = 2,
    Year = 4,
}

/// What stands between two parts: at most four bytes, ` de ` being the longest.
type Mark = [u8; 4];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Time {
    before: Mark,
    seconds: bool,
    fraction: u8,
    half: Half,
    zone: Zone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Half {
    None,
    Joined,
    Spaced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Zone {
    None,
    Offset,
    SpacedOffset,
    Utc,
}

const DASH: Mark = *b"-\0\0\0";
const SHORT_DAY: u8 = 1;
const SHORT_MONTH: u8 = 2;
const SHORT_HOUR: u8 = 4;

/// Figures or a month's name.
#[derive(Clone, Copy)]
enum Part {
    Figures { value: u16, width: usize },
    Month(u8),
}

/// Reads a text without outer blanks.
pub(crate) fn date(text: &str) -> Option<Date> {
    if !(6..=40).contains(&text.len()) {
        return None;
    }
    if let Some(rest) = behind_iso_day(text) {
        let (time, short) = take_time(rest)?;
        let form = Form { before: DASH, behind: DASH, named: false, long_year: true, time };
        return Some(Date { orders: Order::Year as u8, form, short, alike: false });
    }
    let mut rest = text;
    let first = take_part(&mut rest)?;
    let before = take_mark(&mut rest)?;
    let second = take_part(&mut rest)?;
    let behind = take_mark(&mut rest)?;
    let third = take_part(&mut rest)?;
    let (time, short_hour) = take_time(rest)?;
    let (orders, short, long_year, named) = orders(first, second, third)?;
    let marks_fit = if named {
        is_between_words(before) && is_between_words(behind)
    } else {
        before == behind && is_between_figures(before)
    };
    let form = Form { before, behind, named, long_year, time };
    let alike =
        matches!((first, second), (Part::Figures { value: one, .. }, Part::Figures { value: two, .. }) if one == two);
    marks_fit.then_some(Date { orders, form, short: short | short_hour, alike })
}

/// What follows `yyyy-MM-dd`, which machines write and which needs no trying of orders.
fn behind_iso_day(text: &str) -> Option<&str> {
    let (day @ [_, _, _, _, b'-', _, _, b'-', _, _], rest) = text.as_bytes().split_first_chunk::<10>()? else {
        return None;
    };
    let figure = |at: std::ops::Range<usize>| {
        day[at].iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u16::from(byte - b'0')))
    };
    let is_day = exists(figure(0..4)?, figure(5..7)?, figure(8..10)?);
    is_day.then(|| &text[text.len() - rest.len()..])
}

/// `20260401`: eight digits that are a day of 1900 to 2099.
pub(crate) fn is_compact_day(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u16>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(4..6), part(6..8)) else { return false };
    digits.len() == 8 && (1900..2100).contains(&year) && exists(year, month, day)
}

impl Date {
    /// `yyyy-MM-dd`, alone or with `T` and a time: unmistakable, so it fits every column of dates.
    pub(crate) fn is_iso(&self) -> bool {
        let form = self.form;
        let time = form
            .time
            .is_none_or(|time| time.before == *b"T\0\0\0" && time.half == Half::None && self.short & SHORT_HOUR == 0);
        self.orders & Order::Year as u8 != 0
            && form.long_year
            && !form.named
            && form.before == DASH
            && self.short & (SHORT_DAY | SHORT_MONTH) == 0
            && time
    }

    /// Where the day and the time stand, if they are written as machines do: two digits each, the year first with four.
    pub(crate) fn moment(&self) -> Option<Moment> {
        let Form { before, behind, named, long_year, time } = self.form;
        let by_day = (before, behind) == (DASH, DASH) && !named && long_year && self.short == 0;
        let by_time = time.is_none_or(|time| time.before[1] == 0 && time.half == Half::None);
        (self.orders == Order::Year as u8 && by_day && by_time)
            .then(|| Moment { time: time.is_some(), seconds: time.is_some_and(|time| time.seconds) })
    }

    pub(crate) fn fits(&self, order: Order) -> bool {
        self.orders & order as u8 != 0
    }

    /// Whether both orders that fit give a day, and not the same one.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.fits(Order::Day) && self.fits(Order::Month) && !self.alike
    }

    /// The parts written with one figure, to be joined with `|` over a column.
    pub(crate) fn short(&self, order: Order) -> u8 {
        if order != Order::Month || self.form.named {
            return self.short;
        }
        // They were noted as if the day came first.
        (self.short & SHORT_HOUR) | ((self.short & SHORT_DAY) << 1) | ((self.short & SHORT_MONTH) >> 1)
    }
}

/// A day of the calendar, and perhaps a time, written `2026-03-04T05:06:07`; what stands behind may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    time: bool,
    seconds: bool,
}

impl Moment {
    /// Whether digits in the same places are a day and a time too.
    pub(crate) fn is_in(self, text: &[u8]) -> bool {
        let Some((day, time)) = text.split_first_chunk::<10>() else { return false };
        let figure = |digits: &[u8]| digits.iter().fold(0, |value, digit| value * 10 + u16::from(digit & 0x0f));
        let (month, date) = (figure(&day[5..7]), figure(&day[8..10]));
        let is_day = exists(figure(&day[..4]), month, date);
        let is_time = match time {
            [_, hour @ (b'0'..=b'9'), ones, _, minute, _, rest @ ..] if self.time => {
                let seconds = !self.seconds || matches!(rest, [_, b'0'..=b'5', ..]);
                figure(&[*hour, *ones]) <= 24 && *minute <= b'5' && seconds
            }
            _ => !self.time,
        };
        is_day && is_time
    }
}

impl Form {
    /// Whether dates of another form are read by this one's notation too: the year may be shorter or longer, and the time
    /// may be missing.
    pub(crate) fn reads(&self, other: Self) -> bool {
        let time = other.time.or(self.time);
        *self == Self { long_year: self.long_year, time, ..other }
    }

    /// Dots are written day first all over the world; nobody has to be asked.
    pub(crate) fn is_day_first_by_custom(&self) -> bool {
        self.before[0] == b'.' && !self.named
    }

    pub(crate) fn notation(&self, order: Order, short: u8) -> String {
        // Nobody writes one of the two with a leading zero and the other without; it just did not occur.
        let padded = short & (SHORT_DAY | SHORT_MONTH) == 0;
        let day = if padded { "dd" } else { "d" };
        let month = match (self.named, padded) {
            (true, _) => "MMM",
            (false, true) => "MM",
            (false, false) => "M",
        };
        let year = if self.long_year { "yyyy" } else { "yy" };
        let parts = match order {
            Order::Day => [day, month, year],
            Order::Month => [month, day, year],
            Order::Year => [year, month, day],
        };
        let mut notation =
            format!("{}{}{}{}{}", parts[0], quoted(self.before), parts[1], quoted(self.behind), parts[2]);
        if let Some(time) = self.time {
            time.write(short & SHORT_HOUR != 0, &mut notation);
        }
        notation
    }
}

impl Time {
    fn write(self, short_hour: bool, notation: &mut String) {
        notation.push_str(&quoted(self.before));
        notation.push_str(match (self.half == Half::None, short_hour) {
            (true, false) => "HH:mm",
            (true, true) => "H:mm",
            (false, false) => "hh:mm",
            (false, true) => "h:mm",
        });
        if self.seconds {
            notation.push_str(":ss");
        }
        if self.fraction > 0 {
            notation.push('.');
            notation.extend(std::iter::repeat_n('S', usize::from(self.fraction)));
        }
        notation.push_str(match self.half {
            Half::None => "",
            Half::Joined => "a",
            Half::Spaced => " a",
        });
        notation.push_str(match self.zone {
            Zone::None => "",
            Zone::Offset => "XXX",
            Zone::SpacedOffset => " XXX",
            Zone::Utc => " 'UTC'",
        });
    }
}

/// A mark as it stands in a notation: letters in single quotes.
fn quoted(mark: Mark) -> String {
    let text: String = mark.iter().take_while(|&&byte| byte != 0).map(|&byte| char::from(byte)).collect();
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) { format!("'{text}'") } else { text }
}

/// Orders that exist on the calendar, short parts, whether the year is long and the month a name.
fn orders(first: Part, second: Part, third: Part) -> Option<(u8, u8, bool, bool)> {
    use Part::{Figures, Month};
    let short = |width: usize, flag: u8| if width == 1 { flag } else { 0 };
    match (first, second, third) {
        (
            Figures { value: year, width: 4 },
            Figures { value: month, width: wide_month @ 1..=2 },
            Figures { value: day, width: wide_day @ 1..=2 },
        ) => {
            let orders = exists(year, month, day).then_some(Order::Year as u8)?;
            Some((orders, short(wide_day, SHORT_DAY) | short(wide_month, SHORT_MONTH), true, false))
        }
        (
            Figures { value: one, width: wide_one @ 1..=2 },
            Figures { value: two, width: wide_two @ 1..=2 },
            Figures { value: year, width: wide_year @ (2 | 4) },
        ) => {
            let full = full_year(year, wide_year);
            let mut orders = 0;
            orders |= if exists(full, two, one) { Order::Day as u8 } else { 0 };
            orders |= if exists(full, one, two) { Order::Month as u8 } else { 0 };
            // A two-digit year in front is rare: it counts only where nothing else does.
            let year_first = orders == 0 && wide_one == 2 && wide_year == 2 && exists(full_year(one, 2), two, year);
            orders |= if year_first { Order::Year as u8 } else { 0 };
            (orders != 0).then_some((
                orders,
                short(wide_one, SHORT_DAY) | short(wide_two, SHORT_MONTH),
                wide_year == 4,
                false,
            ))
        }
        (
            Figures { value: day, width: wide_day @ 1..=2 },
            Month(month),
            Figures { value: year, width: wide_year @ (2 | 4) },
        ) => named(Order::Day, full_year(year, wide_year), month, day)
            .map(|order| (order, short(wide_day, SHORT_DAY), wide_year == 4, true)),
        (
            Month(month),
            Figures { value: day, width: wide_day @ 1..=2 },
            Figures { value: year, width: wide_year @ (2 | 4) },
        ) => named(Order::Month, full_year(year, wide_year), month, day)
            .map(|order| (order, short(wide_day, SHORT_DAY), wide_year == 4, true)),
        (Figures { value: year, width: 4 }, Month(month), Figures { value: day, width: wide_day @ 1..=2 }) => {
            named(Order::Year, year, month, day).map(|order| (order, short(wide_day, SHORT_DAY), true, true))
        }
        _ => None,
    }
}

fn named(order: Order, year: u16, month: u8, day: u16) -> Option<u8> {
    exists(year, u16::from(month), day).then_some(order as u8)
}

fn full_year(year: u16, width: usize) -> u16 {
    if width == 4 { year } else { 2000 + year }
}

fn exists(year: u16, month: u16, day: u16) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    year >= 1000 && (1..=days).contains(&day)
}

fn take_part(rest: &mut &str) -> Option<Part> {
    if rest.as_bytes().first()?.is_ascii_digit() {
        let (value, width) = take_figures(rest, 4)?;
        return Some(Part::Figures { value, width });
    }
    let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(length);
    *rest = behind;
    month(word).map(Part::Month)
}

/// The digits in front, at most four: their value and how many there are. `None` when there are none or more than `most`.
fn take_figures(rest: &mut &str, most: usize) -> Option<(u16, usize)> {
    let (mut value, mut width) = (0, 0);
    for byte in rest.bytes().take_while(u8::is_ascii_digit) {
        if width == most {
            return None;
        }
        value = value * 10 + u16::from(byte - b'0');
        width += 1;
    }
    *rest = &rest[width..];
    (width > 0).then_some((value, width))
}

fn take_mark(rest: &mut &str) -> Option<Mark> {
    if let Some(mark @ (b" de " | b" DE ")) = rest.as_bytes().first_chunk() {
        let mark = *mark;
        *rest = &rest[4..];
        return Some(mark);
    }
    take_bytes(rest, |byte| matches!(byte, b'-' | b'/' | b'.' | b',' | b' '))
}

/// One to four bytes of a kind.
fn take_bytes(rest: &mut &str, kind: impl Fn(u8) -> bool) -> Option<Mark> {
    let (mut mark, mut length) = ([0; 4], 0);
    for byte in rest.bytes().take_while(|&byte| kind(byte)) {
        *mark.get_mut(length)? = byte;
        length += 1;
    }
    *rest = &rest[length..];
    (length > 0).then_some(mark)
}

fn is_between_figures(mark: Mark) -> bool {
    matches!(&mark, b"-\0\0\0" | b"/\0\0\0" | b".\0\0\0" | b". \0\0")
}

fn is_between_words(mark: Mark) -> bool {
    matches!(
        &mark,
        b"-\0\0\0" | b"/\0\0\0" | b".\0\0\0" | b". \0\0" | b" \0\0\0" | b", \0\0" | b" de " | b".-\0\0" | b"., \0"
    )
}

/// The time behind a date and whether its hour is short; `Some(None)` at the end of the text.
fn take_time(mut rest: &str) -> Option<(Option<Time>, u8)> {
    if rest.is_empty() {
        return Some((None, 0));
    }
    let before = take_bytes(&mut rest, |byte| matches!(byte, b' ' | b',' | b'T'))?;
    let (hour, width) = take_figures(&mut rest, 2)?;
    take_sixty(&mut rest)?;
    let seconds = take_sixty(&mut rest).is_some();
    let mut fraction = 0;
    if let Some(behind) = rest.strip_prefix(['.', ',']).filter(|_| seconds) {
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        fraction = u8::try_from(digits).ok().filter(|digits| (1..=9).contains(digits))?;
        rest = &behind[digits..];
    }
    let half = take_half(&mut rest);
    let zone = zone(rest)?;
    let hours = if half == Half::None { 0..=24 } else { 1..=12 };
    let time = Time { before, seconds, fraction, half, zone };
    hours.contains(&hour).then_some((Some(time), if width == 1 { SHORT_HOUR } else { 0 }))
}

/// `:07`, below 60.
fn take_sixty(rest: &mut &str) -> Option<()> {
    let [b':', b'0'..=b'5', b'0'..=b'9', ..] = rest.as_bytes() else { return None };
    *rest = &rest[3..];
    Some(())
}

fn take_half(rest: &mut &str) -> Half {
    if matches!(*rest, "" | "Z") {
        return Half::None;
    }
    let text = rest.trim_start();
    let length = match text.get(..2) {
        Some(half) if half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm") => 2,
        _ => match text.get(..4) {
            Some(half) if half.eq_ignore_ascii_case("a.m.") || half.eq_ignore_ascii_case("p.m.") => 4,
            _ => return Half::None,
        },
    };
    let half = if text.len() == rest.len() { Half::Joined } else { Half::Spaced };
    *rest = &text[length..];
    half
}

fn zone(rest: &str) -> Option<Zone> {
    match rest {
        "" => return Some(Zone::None),
        "Z" => return Some(Zone::Offset),
        " UTC" | " GMT" => return Some(Zone::Utc),
        _ => {}
    }
    let (zone, offset) = rest.strip_prefix(' ').map_or((Zone::Offset, rest), |offset| (Zone::SpacedOffset, offset));
    let digits = offset.strip_prefix(['+', '-'])?;
    let bytes = digits.as_bytes();
    let shape = matches!(bytes.len(), 2 | 4) || (bytes.len() == 5 && bytes[2] == b':');
    (shape && bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b':')).then_some(zone)
}

/// A month by name or usual abbreviation (its full stop not included) in any of the four languages.
fn month(word: &str) -> Option<u8> {
    // The longest is Spanish “septiembre”; comparing beats building a lower-case copy of every first word of a text.
    let starts =
        matches!(word.as_bytes().first()?.to_ascii_lowercase(), b'a' | b'd'..=b'f' | b'j' | b'm'..=b'o' | b's');
    if !starts || !(3..=11).contains(&word.len()) {
        return None;
    }
    let word = word.to_lowercase();
    MONTHS.iter().position(|names| names.contains(&word.as_str())).and_then(|index| u8::try_from(index + 1).ok())
}

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "jänner", "jän", "janvier", "janv", "enero", "ene"],
    &["february", "feb", "februar", "février", "fevrier", "févr", "fevr", "fév", "febrero"],
    &["march", "mar", "märz", "mär", "mrz", "maerz", "mars", "marzo"],
    &["april", "apr", "avril", "avr", "abril", "abr"],
    &["may", "mai", "mayo"],
    &["june", "jun", "juni", "juin", "junio"],
    &["july", "jul", "juli", "juillet", "juil", "julio"],
    &["august", "aug", "août", "aout", "agosto", "ago"],
    &["september", "sep", "sept", "septembre", "septiembre", "setiembre", "set"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "décembre", "decembre", "déc", "diciembre", "dic"],
];
