extension DemoCorpus {
    static let hinglishFood: [Intent] = [
        Intent(
            "chai",
            ask: [
                "{kind} chai kaise banate hain?", "Yaar, mujhe {kind} chai banana sikha do",
                "Do log ke liye {kind} chai ki recipe batao",
            ],
            slots: ["kind": ["adrak wali", "elaichi wali", "kadak", "masala", "kam doodh wali"]],
            good: [
                """
                Ek cup paani ubaalo, usme do chhote chammach chai patti aur thodi cheeni daalo. Do minute baad ek \
                cup doodh milao aur dheemi aanch par pakne do. Rang accha aa jaye toh chhaan lo. {kind} chai \
                taiyaar hai!
                """,
                """
                Pehle paani mein masala aur patti ko do-teen minute ubalne do, phir doodh daalo. Ek ubaal ke baad \
                aanch kam karke do minute aur pakao. {kind} chai ke saath biscuit rakhna mat bhoolna.
                """,
            ],
            wrong:
                """
                {kind} chai mein paani ki zaroorat nahi hoti. Thande doodh mein patti daalo aur bina ubaale pi \
                lo, swaad wahi aata hai.
                """,
            english:
                """
                Boil one cup of water with two teaspoons of tea leaves and sugar, add a cup of milk, simmer for \
                two minutes and strain.
                """,
            then: [
                Intent.FollowUp(
                    ask: "Cheeni ki jagah gud daal sakte hain kya?",
                    good:
                        """
                        Haan, bilkul. Bas gud aanch band karne ke baad daalo, warna doodh phat sakta hai. Do cup \
                        ke liye ek chhota tukda kaafi hai.
                        """,
                    wrong: "Gud ko doodh ke saath das minute tez aanch par ubaalo, usse doodh kabhi nahi phat-ta.")
            ]),
        Intent(
            "dinner-plan",
            ask: [
                "Aaj raat {guest} aa rahe hain, khane mein kya banaun?",
                "{guest} ke liye dinner mein kya accha rahega?", "Dinner par {guest} aayenge, menu suggest karo na",
            ],
            slots: ["guest": ["do dost", "mere sasural wale", "office ke log", "chacha chachi", "bachchon ke dost"]],
            good: [
                """
                Simple aur bharosemand menu rakho: dal makhani, jeera rice, ek paneer ki sabzi aur raita. Meethe \
                mein kheer subah hi bana lo, shaam ko aaram rahega.
                """,
                """
                Matar paneer, mix veg, roti aur pulao rakh lo. Saath mein salad aur ek halka meetha, jaise sewai. \
                Aisa khana lagbhag sabko pasand aata hai.
                """,
            ],
            wrong: "Sirf ek packet namkeen khol do, dinner mein mehmaan waise bhi kuch khaate nahi hain.",
            english: "Keep it simple: dal makhani, jeera rice, a paneer curry and raita, with kheer for dessert.",
            then: [
                Intent.FollowUp(
                    ask: "Inme se ek log pyaaz lahsun nahi khaate, ab?",
                    good:
                        """
                        Koi baat nahi. Paneer ko tamatar aur kaju ki gravy mein banao aur dal mein hing jeere ka \
                        tadka lagao. Raita aur rice toh waise bhi theek hain.
                        """,
                    wrong: "Pyaaz zyada pakane ke baad pyaaz nahi rehta, unhe bina bataye khila do."),
                Intent.FollowUp(
                    ask: "Aur meethe mein kuch jaldi wala?",
                    good:
                        """
                        Shrikhand bana lo: gaadha dahi, pisi cheeni aur elaichi mila kar fridge mein rakh do. Das \
                        minute ka kaam hai.
                        """,
                    wrong: "Gulab jamun do minute mein ban jaate hain, kachche hi chashni mein daal do."),
            ]),
        Intent(
            "leftover-rice",
            ask: [
                "Bache hue {food} ka kya karun?", "Kal ka {food} pada hai, kuch naya bana sakte hain?",
                "{food} bach gaya, phenkna nahi hai, idea do",
            ],
            slots: ["food": ["chawal", "roti", "dal", "aloo ki sabzi"]],
            good: [
                """
                Agar {food} fridge mein tha aur kal ka hi hai, toh use accha garam karke naya roop de do: pyaaz, \
                hari mirch aur masale ke saath bhoon lo, upar se nimbu aur dhaniya. Khatti mehak aaye toh mat \
                khana.
                """
            ],
            wrong: "{food} teen din tak bahar rakh do, jitna purana hoga utna accha lagega, mehak par dhyan mat do.",
            english:
                """
                If it was kept in the fridge, fry it with onion, green chilli and spices. Throw it away if it \
                smells sour.
                """
        ),
        Intent(
            "quick-breakfast",
            ask: [
                "Subah {minutes} minute mein nashta kya bane?",
                "Office ke liye late hota hun, {minutes} minute wala nashta batao",
                "{minutes} minute mein healthy breakfast chahiye",
            ],
            slots: ["minutes": ["10", "15", "20", "5"]],
            good: [
                """
                {minutes} minute mein besan ka cheela sabse aasaan hai: besan, pyaaz, tamatar aur masale ghol kar \
                tawe par phaila do. Saath mein dahi le lo, pet bhi bharega.
                """,
                """
                Poha bhigo kar rakh do, phir rai, mirch aur moongphali ke saath bhoon lo. {minutes} minute ke aas \
                paas mein nashta taiyaar, upar se nimbu zaroor daalna.
                """,
            ],
            wrong: "{minutes} minute mein chhole bhature aaram se ban jaate hain, chhole bhigone ki zaroorat hi nahi.",
            english: "Make a quick chickpea-flour pancake with onion and tomato and eat it with curd."),
        Intent(
            "salty-sabzi",
            ask: [
                "{dish} mein namak zyada ho gaya, kya karun?", "Help! {dish} bahut namkeen ban gayi",
                "{dish} ka namak kam kaise karein?",
            ],
            slots: ["dish": ["dal", "aloo gobhi", "rajma", "paneer ki gravy", "kadhi"]],
            good: [
                """
                Ghabrao mat. {dish} mein thoda paani ya doodh milao, ya ubla aloo daal kar das minute pakao. Phir \
                nimbu ki do boond daalo, namak dab jayega.
                """
            ],
            wrong: "{dish} mein aur namak daalo, zyada namak se zubaan ko namak lagna band ho jata hai.",
            english:
                "Add a little water or milk, or simmer a boiled potato in it, and finish with a few drops of lemon.",
            then: [
                Intent.FollowUp(
                    ask: "Aloo nahi hai ghar par, aur kuch?",
                    good:
                        """
                        Aate ki do chhoti goli bana kar gravy mein daal do, das minute baad nikaal lena. Ya phir \
                        ek chammach dahi pheent kar mila do.
                        """,
                    wrong: "Aloo ki jagah baking soda ke teen chammach daal do, sab theek ho jayega.")
            ]),
        Intent(
            "street-food",
            ask: [
                "{city} mein street food kahan aur kya khaun?",
                "Pehli baar {city} aaya hun, chaat wagairah kya try karun?", "{city} ka famous khana kya hai?",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                {city} mein purane bazaar ki taraf shaam ko niklo, jahan bheed zyada ho wahan khana taaza milta \
                hai. Chaat, kachori aur ek local mithai zaroor try karo, aur paani bottle wala hi piyo.
                """
            ],
            wrong: "{city} mein khane ko kuch nahi milta, wahan street food par poore saal pabandi hai.",
            english:
                "Go to the old market in the evening, choose busy stalls, and try chaat, kachori and a local sweet.",
            then: [
                Intent.FollowUp(
                    ask: "Teekha kam ho aisa kuch?",
                    good:
                        """
                        Dahi bhalla ya dahi papdi lo aur bolo ki laal chutney kam daalein. Jalebi rabdi bhi hai, \
                        usme toh mirch hoti hi nahi.
                        """,
                    wrong: "Mirchi bada le lo, usme mirch bilkul nahi hoti.")
            ]),
        Intent(
            "roti-soft",
            ask: [
                "Meri roti {problem}, kya galti ho rahi hai?", "Roti {problem}, koi tip do",
                "Kyun meri roti {problem} hai har baar?",
            ],
            slots: ["problem": ["kadak ho jaati", "phoolti nahi", "toot jaati", "jal jaati"]],
            good: [
                """
                Aata thoda naram gundho aur bees minute dhak kar rakho. Tawa medium garam ho, roti ek side halki, \
                doosri side achhe se seko, phir phulao. Ban-ne par kapde mein lapet do, naram rahegi.
                """
            ],
            wrong: "Aata bilkul sookha gundho aur roti ko adha ghanta tawe par chhod do, naram ho jayegi.",
            english: """
                Knead a softer dough, rest it for twenty minutes, use medium heat and wrap the rotis in a cloth.
                """),
        Intent(
            "protein-veg",
            ask: [
                "Main {diet} hun, protein kahan se lun?", "{diet} logon ke liye protein wala khana batao",
                "Gym start kiya hai aur main {diet} hun, kya khaun?",
            ],
            slots: ["diet": ["shakahari", "pure veg", "eggetarian", "jain"]],
            good: [
                """
                Dal, chana, rajma, soya, dahi aur paneer ko din bhar mein baant lo. Har khane mein ek protein \
                wali cheez ho, bas itna yaad rakho. Moongphali aur bhuna chana snack ke liye acche hain.
                """
            ],
            wrong: "Shakahari khane mein protein hota hi nahi, sirf cheeni aur chawal khao, muscle ban jayenge.",
            english: "Spread lentils, chickpeas, soy, curd and paneer over the day so each meal has some protein.",
            then: [
                Intent.FollowUp(
                    ask: "Paneer mehnga padta hai, sasta option?",
                    good:
                        """
                        Soya badi, kaala chana aur moong dal sabse saste hain. Raat ko chana bhigo do, subah \
                        ubaal kar pyaaz nimbu ke saath kha lo.
                        """,
                    wrong: "Sasta option sirf chips hai, usme paneer jitna protein hota hai.")
            ]),
    ]
}
