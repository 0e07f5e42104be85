//! Regions of the United Nations' M49 standard.

use std::sync::LazyLock;

const LIST: &str = include_str!("../../data/regions.txt");

/// A sub-region.
pub(super) struct Subregion {
    /// Its region.
    pub(super) region: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Its countries, by their alpha-2 codes.
    pub(super) countries: Vec<&'static str>,
}

/// Every sub-region.
pub(super) fn subregions() -> &'static [Subregion] {
    static SUBREGIONS: LazyLock<Vec<Subregion>> =
        LazyLock::new(|| LIST.lines().filter(|line| !line.starts_with('#')).filter_map(read).collect());
    &SUBREGIONS
}

fn read(line: &'static str) -> Option<Subregion> {
    let (names, countries) = line.split_once(": ")?;
    let (region, name) = names.split_once(" / ")?;
    Some(Subregion { region, name, countries: countries.split(' ').collect() })
}

/// The sub-region of the country with this alpha-2 code.
pub(super) fn of(country: &str) -> Option<&'static Subregion> {
    subregions().iter().find(|subregion| subregion.countries.contains(&country))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_is_of_one_subregion() {
        let all: Vec<_> = subregions().iter().flat_map(|subregion| &subregion.countries).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "none is there twice");
        let known = include_str!("../../data/countries.txt").lines().filter_map(|line| line.split_once(' '));
        let without: Vec<_> = known.map(|(two, _)| two).filter(|two| two.len() == 2 && of(two).is_none()).collect();
        assert_eq!(without, ["AQ"], "M49 puts Antarctica in no region");
        assert_eq!(of("PH").map(|found| (found.region, found.name)), Some(("Asia", "South-eastern Asia")));
    }
}
