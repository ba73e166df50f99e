/** The desktop program. Everything it does is in its modules; this file only puts them in order. */
