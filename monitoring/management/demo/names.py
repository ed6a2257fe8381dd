"""Forty invented patients: family name, given name, sex, year of birth, allergies, cautions. Two
of them have one name, as happens."""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    family: str
    given: str
    sex: str
    born: int
    allergies: str = ""
    cautions: str = ""


NAMES: tuple[Name, ...] = (
    Name("Alvarez", "Marisol", "female", 1984, "Penicillin"),
    Name("Bergström", "Erik", "male", 1971, "None known"),
    Name("Carter", "Denise", "female", 1959, "", "Treated hypertension"),
    Name("Dubois", "Léa", "female", 1992),
    Name("Eze", "Chidi", "male", 1980, "Sulfonamides"),
    Name("Fitzgerald-Montgomery", "Alexandria Wilhelmina", "female", 1966, "Latex"),
    Name("Goldberg", "Aaron", "male", 1977),
    Name("Haddad", "Layla", "female", 1989, "None known"),
    Name("Ivanova", "Katya", "female", 1973, "Codeine"),
    Name("Jackson", "Terrence", "male", 1962, "", "Treated hypertension; sleep apnoea"),
    Name("Kowalski", "Piotr", "male", 1990),
    Name("Lindqvist", "Astrid", "female", 1955, "None known"),
    Name("Martinez", "José", "male", 1983, "Aspirin"),
    Name("Nguyễn", "Thị Hương", "female", 1987),
    Name("O'Brien", "Siobhán", "female", 1978, "None known"),
    Name("Patel", "Rohan", "male", 1995),
    Name("Quinn", "Morgan", "other", 1998, "None known"),
    Name("Rossi", "Giulia", "female", 1969, "Iodine contrast"),
    Name("Schneider", "Karl", "male", 1951, "", "Lives alone"),
    Name("Tanaka", "Yuki", "female", 1986),
    Name("Umar", "Fatima", "female", 1993, "None known"),
    Name("Vasquez", "Daniel", "male", 1974),
    Name("Walker", "Ruth", "female", 1945, "Penicillin", "Hard of hearing"),
    Name("Xu", "Wen", "male", 1982),
    Name("Young", "Patricia", "female", 1964, "None known"),
    Name("Rossi", "Giulia", "female", 1948),
    Name("Abebe", "Hana", "female", 1991, "None known"),
    Name("Brooks", "Lionel", "male", 1958, "Morphine"),
    Name("Castillo", "Inés", "female", 1976),
    Name("Desai", "Anjali", "female", 1988, "None known"),
    Name("Edwards", "Carol", "female", 1953),
    Name("Flores", "Miguel", "male", 1985, "None known"),
    Name("Grant", "Olivia", "female", 1996),
    Name("Hughes", "Gareth", "male", 1967, "Tetracycline"),
    Name("Iqbal", "Zara", "female", 1990),
    Name("Jensen", "Lars", "male", 1972, "None known"),
    Name("Kim", "Soo-jin", "female", 1981),
    Name("Larsen", "Maja", "female", 1994, "None known"),
    Name("Moore", "Bernard", "male", 1949, "", "Treated hypertension"),
    Name("Novak", "Ivana", "female", 1970, "None known"),
)
