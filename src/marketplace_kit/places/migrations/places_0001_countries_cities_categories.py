"""Countries, cities and categories, with those that a marketplace of Kazakhstan begins with."""

import sqlalchemy as sa
from alembic import op

from marketplace_kit.kernel.database import Json

revision = "places_0001"
down_revision = None
branch_labels = ("places",)
depends_on = None

# Town, names in kk, ru, en, latitude, longitude, IANA zone, served from the start.
# All of Kazakhstan keeps UTC+5 since 2024-03-01; the zones differ in what they say of the years before.
CITIES = (
    ("atyrau", "Атырау", "Атырау", "Atyrau", 47.1068, 51.9166, "Asia/Atyrau", True),
    ("balyqshy", "Балықшы", "Балыкши", "Balyqshy", 47.0631, 51.8698, "Asia/Atyrau", True),
    ("qulsary", "Құлсары", "Кульсары", "Kulsary", 46.9534, 54.0198, "Asia/Atyrau", True),
    ("makat", "Мақат", "Макат", "Makat", 47.6468, 53.3453, "Asia/Atyrau", True),
    ("dossor", "Доссор", "Доссор", "Dossor", 47.5275, 52.9758, "Asia/Atyrau", True),
    ("makhambet", "Махамбет", "Махамбет", "Makhambet", 47.6714, 51.5806, "Asia/Atyrau", True),
    ("inderbor", "Индербор", "Индербор", "Inderbor", 48.5472, 51.7867, "Asia/Atyrau", True),
    ("almaty", "Алматы", "Алматы", "Almaty", 43.2380, 76.9450, "Asia/Almaty", False),
    ("astana", "Астана", "Астана", "Astana", 51.1694, 71.4491, "Asia/Almaty", False),
    ("shymkent", "Шымкент", "Шымкент", "Shymkent", 42.3417, 69.5901, "Asia/Almaty", False),
    ("aqtobe", "Ақтөбе", "Актобе", "Aktobe", 50.2839, 57.1670, "Asia/Aqtobe", False),
    ("aqtau", "Ақтау", "Актау", "Aktau", 43.6511, 51.1978, "Asia/Aqtau", False),
    ("oral", "Орал", "Уральск", "Oral", 51.2333, 51.3667, "Asia/Oral", False),
    ("qaraghandy", "Қарағанды", "Караганда", "Karaganda", 49.8047, 73.1094, "Asia/Almaty", False),
    ("taraz", "Тараз", "Тараз", "Taraz", 42.9000, 71.3667, "Asia/Almaty", False),
    ("pavlodar", "Павлодар", "Павлодар", "Pavlodar", 52.2873, 76.9674, "Asia/Almaty", False),
    ("oskemen", "Өскемен", "Усть-Каменогорск", "Oskemen", 49.9483, 82.6279, "Asia/Almaty", False),
    ("semey", "Семей", "Семей", "Semey", 50.4111, 80.2275, "Asia/Almaty", False),
    ("qostanay", "Қостанай", "Костанай", "Kostanay", 53.2144, 63.6246, "Asia/Qostanay", False),
    ("petropavl", "Петропавл", "Петропавловск", "Petropavl", 54.8753, 69.1628, "Asia/Almaty", False),
    ("qyzylorda", "Қызылорда", "Кызылорда", "Kyzylorda", 44.8488, 65.4823, "Asia/Qyzylorda", False),
    ("kokshetau", "Көкшетау", "Кокшетау", "Kokshetau", 53.2833, 69.3833, "Asia/Almaty", False),
    ("turkistan", "Түркістан", "Туркестан", "Turkistan", 43.2973, 68.2518, "Asia/Almaty", False),
)
CATEGORIES = (
    ("pets", "Жануарлар", "Животные", "Pets", "heart", 10, None),
    ("grooming", "Жануарлар груммингі", "Груминг", "Grooming", "scissors", 11, "pets"),
    ("veterinary", "Ветеринария", "Ветеринария", "Veterinary", "shield-check", 12, "pets"),
    ("boarding", "Жануарлар қонақүйі", "Передержка", "Boarding", "house", 13, "pets"),
    ("breeders", "Питомниктер", "Питомники и заводчики", "Breeders", "award", 14, "pets"),
    ("pet-shop", "Зоодүкен", "Зоомагазин", "Pet shop", "bag", 15, "pets"),
    ("beauty", "Сұлулық", "Красота", "Beauty", "gem", 20, None),
    ("beauty-salon", "Сұлулық салоны", "Салон красоты", "Beauty salon", "gem", 21, "beauty"),
    ("barbershop", "Барбершоп", "Барбершоп", "Barbershop", "scissors", 22, "beauty"),
    ("nails", "Маникюр", "Маникюр", "Nails", "palette", 23, "beauty"),
    ("repair", "Жөндеу және қызмет", "Ремонт и услуги", "Repair and services", "wrench", 30, None),
    ("service-centre", "Сервис орталығы", "Сервисный центр", "Service centre", "tools", 31, "repair"),
    ("cyber-cafe", "Компьютер клубы", "Компьютерный клуб", "Cyber café", "lightning", 32, "repair"),
    ("food", "Тамақ", "Еда", "Food", "cart", 40, None),
    ("cafe", "Кафе және асхана", "Кафе и столовые", "Cafés", "cart", 41, "food"),
    ("retail", "Дүкендер", "Магазины", "Shops", "shop", 50, None),
    ("other", "Басқа", "Другое", "Other", "grid", 90, None),
)


def upgrade() -> None:
    country = op.create_table(
        "country",
        sa.Column("id", sa.String(length=2), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id <> ''", name=op.f("ck_country_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country")),
    )
    city = op.create_table(
        "city",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("id <> ''", name=op.f("ck_city_named")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_city_point")),
        sa.ForeignKeyConstraint(["country"], ["country.id"], name=op.f("fk_city_country")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city")),
    )
    op.create_index("ix_city_country", "city", ["country"], unique=False)
    category = op.create_table(
        "category",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("icon", sa.String(length=60), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("id <> ''", name=op.f("ck_category_named")),
        sa.CheckConstraint("parent <> id", name=op.f("ck_category_parent")),
        sa.ForeignKeyConstraint(["parent"], ["category.id"], name=op.f("fk_category_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
    )
    op.create_index("ix_category_parent", "category", ["parent"], unique=False)
    op.create_table(
        "city_category",
        sa.Column("city", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category"], ["category.id"], name=op.f("fk_city_category_category"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["city"], ["city.id"], name=op.f("fk_city_category_city"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("city", "category", name=op.f("pk_city_category")),
    )
    op.create_index("ix_city_category_category", "city_category", ["category"], unique=False)

    names = {"kk": "Қазақстан", "ru": "Казахстан", "en": "Kazakhstan"}
    op.bulk_insert(country, [{"id": "KZ", "names": names, "currency": "KZT", "enabled": True}])
    cities = [
        {
            "id": place,
            "country": "KZ",
            "names": {"kk": kk, "ru": ru, "en": en},
            "lat": lat,
            "lon": lon,
            "zone": zone,
            "enabled": served,
        }
        for place, kk, ru, en, lat, lon, zone, served in CITIES
    ]
    op.bulk_insert(city, cities)
    categories = [
        {"id": what, "names": {"kk": kk, "ru": ru, "en": en}, "icon": icon, "rank": rank, "parent": parent}
        for what, kk, ru, en, icon, rank, parent in CATEGORIES
    ]
    op.bulk_insert(category, categories)


def downgrade() -> None:
    op.drop_table("city_category")
    op.drop_table("category")
    op.drop_table("city")
    op.drop_table("country")
