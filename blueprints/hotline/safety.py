"""What the caller is told at once, word by word, until an organization publishes a script of its own."""

from __future__ import annotations

SCRIPTS: dict[str, tuple[str, ...]] = {
    "leak": (
        "请马上离开，到室外空旷、上风的地方。",
        "不要开灯关灯，不要动任何电器，不要点火，不要在屋里打电话。",
        "来得及就打开门窗，关上燃气表前的阀门；来不及就不要回去。",
        "请敲门叫邻居一起离开，不要按门铃，不要坐电梯。",
        "有人头晕、昏倒，请打 120；着火了，请打 119。",
    ),
    "shock": (
        "不要用手拉触电的人，先断电：拉下总闸或者拔掉插头。",
        "断不了电，就站在干燥的木板上，用干木棍把电线挑开。",
        "掉在地上的电线不要靠近，离开八米以外，双脚并拢小步跳开。",
        "人没有呼吸、心跳，请马上做胸外按压，并打 120。",
        "请看住周围，不让别人靠近。",
    ),
    "burst": (
        "请关上家里的总水阀；楼道进水，请先不要坐电梯。",
        "水快漫到插座、电器时，先拉下电闸，人不要站在水里碰电。",
        "路面冒水、塌陷，请离开，不要靠近边缘，提醒车辆绕行。",
        "把怕水的东西搬高，在安全的地方等抢修人员。",
        "有人被困、受伤，请打 119、120。",
    ),
    "other": (
        "请先离开危险的地方，到安全处再说。",
        "不要靠近现场，提醒周围的人不要靠近。",
        "有人受伤，请打 120；着火或者有人被困，请打 119。",
        "请告诉我地点、有没有人受伤、现场还有什么危险。",
        "请保持电话畅通，抢修人员会和您联系。",
    ),
}
FIRST = {"gas": "leak", "power": "shock", "water": "burst"}


def kinds_for(sector: str, kinds: dict[str, str]) -> list[tuple[str, str]]:
    """Kinds of danger, that of the sector first."""
    first = FIRST.get(sector, "other")
    return sorted(kinds.items(), key=lambda kind: kind[0] != first)
