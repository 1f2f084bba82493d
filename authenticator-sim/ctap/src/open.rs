/// An open enumeration: a newtype with named constants, so that values nobody has named yet survive a round trip.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $name:ident($repr:ty, $hex:literal) { $( $(#[$vmeta:meta])* $variant:ident = $value:literal => $wire:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $repr);

        impl $name {
            $( $(#[$vmeta])* pub const $variant: Self = Self($value); )*

            /// Every value with a name, in the order of the specification's table.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The name the specification gives, if it gives one.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($wire), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, $hex, self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use open_enum;
