"""What each page is for, what one is looking at, and one caveat; said once, here."""

from __future__ import annotations

import dataclasses

import streamlit as st

from vaeviz.ui.navigation import ensure_framed

TEACHING = "teaching"
"""Key of the sidebar's teaching-mode toggle."""
TOURED = "vaeviz_toured_page"
"""Key of the page on which the tour's step happens, while it is shown."""


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Texts of one page.

    Attributes
    ----------
    title, purpose : str
        Heading, and one line under it.
    looking_at : str
        Two to four sentences.
    caveat : str
        The one thing most easily misread.
    questions : tuple of str
        For a class; shown in teaching mode only.
    """

    title: str
    purpose: str
    looking_at: str
    caveat: str
    questions: tuple[str, ...] = ()


PAGES: dict[str, Explanation] = {
    "panel": Explanation(
        "Panel",
        "Choose genotypes, see whether they are usable, and filter them on the record.",
        "A panel is a table of genotypes: one row a sample (or one a haplotype when the data are "
        "phased), one column a biallelic site, each entry the number of copies of the ALT allele. "
        "The allele-frequency spectrum tells how rare the sites are, missingness how complete "
        "the genotypes are, and the map where samples were taken.",
        "Filters change results: a minor-allele-frequency filter removes exactly the rare "
        "variants that entropy measures. Nothing is filtered until you press Apply.",
        (
            "Why would a genotyping array have hardly any rare sites?",
            "What happens to the spectrum when two populations are pooled?",
        ),
    ),
    "train": Explanation(
        "Train",
        "Train a variational autoencoder on the panel, or load one that was trained before.",
        "The model squeezes each row of genotypes into a few latent numbers and is judged by how "
        "many bits it needs to describe genotypes it has never seen. Fewer bits than coding with "
        "the training people's allele frequencies means that it has learnt structure. "
        "Training people fit the weights, validation people decide when to stop, and held-out "
        "test people give the figures shown here. A panel has up to two models in use: a map to "
        "look at and to classify by, and a sequence model to compress genotypes or to fill gaps.",
        "Only the held-out figures are fair. A model that does well on its training people "
        "alone has memorised them.",
        (
            "Does a larger latent space always lower the held-out bits?",
            "What would you conclude if validation bits rise while training bits fall?",
        ),
    ),
    "latent": Explanation(
        "Latent space",
        "See the clusters, pick people, and give the selection a name.",
        "Each point is one person, placed where the model's encoder puts them; people with "
        "similar genotypes lie close together. Colour and symbol show the reported label, which "
        "the encoder never saw unless the model is conditional. Lasso or box points (in 3-D: "
        "Shift and drag, or L on the keyboard), or pick labels below the chart: all make the same "
        "named selection that Simulate and Export use. Keep several, and combine them.",
        "Distance and size of clusters depend on the model and on who was sampled. A cluster is "
        "not an ancestry, and a place between two clusters is not proof of mixture.",
        (
            "Which populations lie between clusters, and what histories could put them there?",
            "Compare with PCA: which relations do both show?",
        ),
    ),
    "axes": Explanation(
        "What the axes mean",
        "Which sites and which populations each latent axis tells apart.",
        "The decoder turns a latent point into an expected allele frequency at every site. Walk "
        "along one axis and watch the frequencies change; or look along the genome at how much "
        "each site moves. Bits of KL say how much an axis carries about a person; an axis that "
        "carries nothing has collapsed. Groups are set along the axis in the order of their "
        "means.",
        "The axes of an autoencoder are not identified: another seed may turn, mirror or bend "
        "them. What an axis means holds for this model alone, and no axis is an ancestry.",
        (
            "Which populations stand at the two ends of the axis, and what do their histories "
            "share?",
            "Walk out of the range of people: do the expected frequencies still make sense?",
        ),
    ),
    "compare": Explanation(
        "Compare",
        "The model's map beside PCA, UMAP and t-SNE, judged by people whom none of them saw.",
        "Every method was fitted on the same training people and read the same principal "
        "components; everybody else was placed afterwards. Two questions pull in different "
        "directions: do people's nearest neighbours share their population (5-NN), and are "
        "populations as far apart on the map as their genotypes say (rho with Fst)? UMAP and "
        "t-SNE mostly serve the first, PCA the second.",
        "No map in two dimensions keeps everything. A clean gap between clusters can be made by "
        "the method; look for it in another map before you believe it.",
        (
            "Lasso a population in UMAP: is it one cloud in PCA, too?",
            "Which figure would a method win by tearing the map into islands?",
        ),
    ),
    "classify": Explanation(
        "Classify",
        "Place people among the groups that the model has met, and see who fits none of them.",
        "For each person the reported population label is inferred that training people most like "
        "them carry, with a probability. Sites are matched first: swapped alleles are turned, and "
        "sites that the query lacks count as missing, never as reference. People between groups or "
        "far from all of them are flagged and listed apart. Where people report a label and the "
        "model never learnt from them, calls are compared with it.",
        "Labels are what people reported or where they were sampled: neither biological facts nor "
        "identities. A call says which labelled training people someone resembles, among the "
        "groups that happen to be in the panel.",
        (
            "Why does a person of an ancestry that is not in the panel still get a best guess?",
            "Which two populations are mixed up most, and how close are they on the map?",
        ),
    ),
    "compression": Explanation(
        "Compression",
        "How few bits describe each population, and real files that decode to the same genotypes.",
        "Bits per allele are what an ideal coder would need for held-out people: bits to describe "
        "the genotypes given the latent code, plus bits for the code itself (KL). *Codecs* and "
        "*File* write real files: an entropy coder driven by the model's probabilities, in whole "
        "numbers, so that any machine decodes the same bits; beside it stands what you would use "
        "otherwise.",
        "A low figure means low diversity or good representation in training, not a better or "
        "purer population. And a model or a reference that both sides must have is not free: "
        "see the figures with and without it.",
        (
            "Why might a population with few training people still compress well?",
            "From how many people on does it pay to send the model along with the genotypes?",
        ),
    ),
    "entropy": Explanation(
        "Entropy and migrations",
        "Genetic diversity along the genome, in order, and on the map.",
        "Entropy is the uncertainty of an allele drawn at a site, in bits: 1 where both alleles "
        "are equally common, 0 where one is fixed. The strips show it site by site, the bars on "
        "the mean; the map and the serial founder line show how it falls along the routes by "
        "which people first settled the world. A lasso on the map selects people as in latent "
        "space.",
        "Routes are summaries of the literature and links are similarity: neither is migration "
        "read from these data. Entropy depends on which sites were chosen: move the frequency cut "
        "under Mean entropy and see the order change.",
        (
            "Why are recently admixed groups drawn apart from the falling order?",
            "What does knowing the eight sites before tell about the next, and in whom most?",
            "From which places on the map of origins would the line fit about as well?",
        ),
    ),
    "simulate": Explanation(
        "Simulate",
        "Draw synthetic people from a region of latent space and judge them.",
        "A region is a population, your selection, a person and a radius, a path, a point or a "
        "mixture. A generator draws people around those who live there: the neighbour walk hops "
        "from window to window of the genome among people with near codes and decodes each "
        "window. Who does not encode into the region again is drawn anew. The report sets twenty "
        "figures of the cohort beside the same figures of other real people.",
        "Synthetic is not anonymous: there is no formal guarantee, and what can be learned about "
        "the people of a region grows with the number drawn. Read the lines on privacy, and share "
        "a cohort only as the source data may be shared.",
        (
            "Which figure fails first when you hop less often?",
            "Why do frequencies alone not show whether a cohort is good?",
        ),
    ),
    "export": Explanation(
        "Export",
        "Take figures, tables, models and settings away in one file.",
        "The zip holds what you tick, with a manifest (versions, seeds, digests, settings) and a "
        "methods paragraph, so that another person can repeat the analysis.",
        "Genotypes are left out unless you tick them: check that you may share them.",
    ),
}


def teaching() -> bool:
    """Whether teaching mode is on."""
    return bool(st.session_state.get(TEACHING, False))


def open_page(name: str) -> None:
    """Heading, purpose and explanation of a page; teaching mode unfolds the explanation.

    Not where a step of the tour happens: its card explains, and pushes the picture down enough.
    """
    ensure_framed()
    page = PAGES[name]
    st.title(page.title, anchor=False)
    unfolded = teaching() and st.session_state.get(TOURED) != name
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(page.purpose, width="content")
        if not unfolded:
            with st.popover("What am I looking at?", icon=":material/help:", type="tertiary"):
                _explanation(page)
    if unfolded:
        with st.expander("What am I looking at?", expanded=True, icon=":material/help:"):
            _explanation(page)


def _explanation(page: Explanation) -> None:
    st.markdown(f"{page.looking_at}\n\n**Mind:** {page.caveat}")
    if teaching() and page.questions:
        listed = "\n".join(f"1. {question}" for question in page.questions)
        st.markdown(f"**Questions for a class**\n\n{listed}")
