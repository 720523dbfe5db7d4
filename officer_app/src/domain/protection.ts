// The classes of personal data, by the words that the forms have for them: the port of `domain/protection.py`.

/** From the least to the most protected: general and specific data (UU 27/2022), and restricted. */
export const GENERAL_DATA = "umum";
export const SPECIFIC_DATA = "spesifik";
export const RESTRICTED_DATA = "terbatas";
