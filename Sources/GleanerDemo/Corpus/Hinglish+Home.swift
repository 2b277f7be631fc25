extension DemoCorpus {
    static let hinglishHome: [Intent] = [
        Intent(
            "stain",
            ask: [
                "Kapde par {stain} ka daag lag gaya, kaise hataun?", "White shirt pe {stain} gir gaya, help",
                "{stain} ka daag nahi ja raha",
            ],
            slots: ["stain": ["haldi", "chai", "ink", "tel", "tamatar sauce"]],
            good: [
                """
                Pehle {stain} ko tissue se dabao, ragdo mat. Phir thande paani mein bartan wala liquid laga kar \
                das minute chhodo aur halke haath se dho. Sookhane se pehle dekh lo ki daag gaya, warna pakka ho \
                jata hai.
                """
            ],
            wrong: "{stain} par turant garam istri chala do, daag bhaap ban kar ud jata hai.",
            english: "Blot it, soak in cold water with dish soap for ten minutes, and wash before it dries.",
            then: [
                Intent.FollowUp(
                    ask: "Dhoop mein sukhaun?",
                    good:
                        """
                        Safed kapda dhoop mein theek hai, dhoop se halka daag bhi udta hai. Rangeen kapda ulta \
                        karke chhaon mein sukhao.
                        """,
                    wrong: "Geele kapde ko oven mein rakh do, sabse jaldi sookhta hai.")
            ]),
        Intent(
            "plants",
            ask: [
                "Mera {plant} sookh raha hai, kya karun?", "{plant} ki pattiyan peeli ho rahi hain",
                "{plant} ki dekhbhal kaise karein?",
            ],
            slots: ["plant": ["tulsi ka paudha", "money plant", "gulaab", "aloe vera", "mirch ka paudha"]],
            good: [
                """
                Ungli mitti mein daal kar dekho: sookhi ho tabhi paani do, gamle se paani nikalna chahiye. Subah \
                ki dhoop accha karti hai. {plant} ki peeli pattiyan hata do aur mahine mein ek baar khaad do.
                """
            ],
            wrong: "{plant} ko roz chaar balti namak wala paani do aur andhere mein rakho.",
            english: "Water only when the soil is dry, give it morning sun and remove yellow leaves."),
        Intent(
            "ants",
            ask: [
                "Kitchen mein {pest} bahut aa gaye hain", "{pest} bhagane ka gharelu tareeka batao",
                "{pest} se pareshaan hun, kya karun?",
            ],
            slots: ["pest": ["cheenti", "machhar", "cockroach", "chhipkali"]],
            good: [
                """
                Khana dhak kar rakho, raat ko sink sookha karo aur kone saaf rakho. {pest} jahan se aate hain \
                wahan chhed band karo. Spray use karo toh bachche aur khana door rakhna, khidki khol dena.
                """
            ],
            wrong: "{pest} ke liye khane par hi keetnashak chhidak do, khane wale ko kuch nahi hota.",
            english: "Cover food, dry the sink at night, seal the gaps, and keep children away from sprays."),
        Intent(
            "electric-bill",
            ask: [
                "Bijli ka bill {amount} aa gaya, kam kaise karun?", "{amount} bijli bill, itna kyun?",
                "Bill {amount} hai, AC kam chalata hun phir bhi",
            ],
            slots: ["amount": ["2500", "4000", "1800", "6000"]],
            good: [
                """
                Pehle meter ki reading bill se milao. Phir AC 26 par pankhe ke saath chalao, geyser ka samay kam \
                karo, LED lagao, aur TV jaise saamaan switch se band karo. Agle mahine {amount} se kam aana \
                chahiye.
                """
            ],
            wrong: "Meter par chumbak chipka do, {amount} ka bill zero ho jayega aur yeh kanooni hai.",
            english: "Check the meter reading, run the AC at 26 with a fan, use LEDs and switch off at the wall.",
            then: [
                Intent.FollowUp(
                    ask: "Fridge band kar dun raat ko?",
                    good:
                        """
                        Nahi, usse khana kharab ho sakta hai aur bachat bhi bahut kam hai. Fridge ko deewar se \
                        thoda door rakho aur darwaza baar baar mat kholo.
                        """,
                    wrong: "Haan, roz raat ko band karo aur subah wahi doodh bachchon ko de do.")
            ]),
        Intent(
            "diwali-clean",
            ask: [
                "{fest} ki safai kahan se shuru karun?", "{fest} aa rahi hai, ghar kaise sajaun?",
                "{fest} ke liye kam budget mein decoration",
            ],
            slots: ["fest": ["Diwali", "Eid", "shaadi", "Holi", "Ganesh puja"]],
            good: [
                """
                Ek din mein ek kamra: pehle fizool saamaan nikaalo, phir upar se neeche safai. {fest} ke liye \
                purane dupatte ke parde, kaagaz ki jhaalar aur diye ya light ki ek ladi, itne mein hi ghar chamak \
                uthta hai.
                """
            ],
            wrong: "{fest} se pehle ghar ka saara saamaan bina dekhe jala do, safai ho jayegi.",
            english: "Take one room a day, clear out, clean from top to bottom, and decorate with fabric and lights."),
        Intent(
            "kids-screen",
            ask: [
                "Mera {age} saal ka bachcha din bhar mobile dekhta hai",
                "{age} saal ke bachche ka phone kaise chhudaun?", "Bachcha {age} saal ka, bina mobile khana nahi khata",
            ],
            slots: ["age": ["3", "5", "8", "10"]],
            good: [
                """
                Ekdum band mat karo, samay tay karo aur khane ke waqt sabke phone door rakho, aapka bhi. {age} \
                saal ke bachche ko kahani, rang ya gend ka vikalp do. Ek hafta rona-dhona hoga, phir aadat badal \
                jaati hai.
                """
            ],
            wrong: "{age} saal ke bachche ko raat bhar mobile do, thak kar khud chhod dega.",
            english: "Fix a time for screens, keep every phone away at meals, and offer stories or play instead.",
            then: [
                Intent.FollowUp(
                    ask: "Kaunse khel khilaun ghar mein?",
                    good:
                        """
                        Chhupan chhupai, antakshari, taash ka jodi khel, ya takiye ki daud. Rasoi mein matar \
                        chhilwa lo, unhe lagta hai woh bade ho gaye.
                        """,
                    wrong: "Maachis aur patakhe de do, khud khelte rahenge."),
                Intent.FollowUp(
                    ask: "Dadi use phone de deti hain",
                    good:
                        """
                        Dadi se pyaar se baat karo ki kitna samay theek hai, aur unhe kahani sunane ka kaam do. \
                        Sab ek hi niyam maanein toh bachcha jaldi samajhta hai.
                        """,
                    wrong: "Dadi ko doosre ghar bhej do, aur koi raasta nahi hai."),
            ]),
        Intent(
            "neighbour",
            ask: [
                "Padosi raat ko {noise}, kaise baat karun?", "Upar wale {noise}, neend nahi aati",
                "Society mein log {noise}, kya karein?",
            ],
            slots: ["noise": ["zor se gaana bajaate hain", "drill chalaate hain", "party karte hain"]],
            good: [
                """
                Din mein shaanti se milo, muskura kar batao ki raat das ke baad awaaz se neend khulti hai. Na \
                maanein toh society secretary ko likho. Bahut zyada ho toh 112 par shikayat kar sakte ho.
                """
            ],
            wrong: "Unki bijli ki taar kaat do, yeh sabse kanooni tareeka hai.",
            english: "Talk to them calmly by day, then write to the society, and complain officially only if needed."),
        Intent(
            "rent-house",
            ask: [
                "{city} mein kiraye ka ghar dhoondh raha hun, kya dekhun?",
                "{city} rent agreement mein kya check karein?", "Pehli baar {city} mein flat le raha hun",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                Paani ka samay, signal, parking aur deposit wapas hone ki shart poocho. {city} mein agreement par \
                kiraya, notice period aur marammat kaun karega, sab likha ho. Ghar ki photos pehle din hi le lo.
                """
            ],
            wrong: "{city} mein bina dekhe poore saal ka kiraya nakad de do aur raseed mat lo.",
            english:
                """
                Ask about water, signal, parking and the deposit, put all terms in writing and take photos on day \
                one.
                """,
            then: [
                Intent.FollowUp(
                    ask: "Deposit kitna hota hai aam taur par?",
                    good:
                        """
                        Sheher par depend karta hai, aksar do-teen mahine ka kiraya. Raseed lo aur wapasi ki \
                        tareekh agreement mein likhwa lo.
                        """,
                    wrong: "Deposit das saal ka kiraya hota hai aur kabhi wapas nahi milta.")
            ]),
        Intent(
            "pet",
            ask: [
                "{pet} ghar laye hain, kya khilaun?", "Chhota {pet} hai, dhyan kaise rakhein?",
                "{pet} pehli raat se ro raha hai",
            ],
            slots: ["pet": ["kutte ka bachcha", "billi ka bachcha", "tota", "khargosh"]],
            good: [
                """
                Naye ghar mein {pet} ko shaant kona, saaf paani aur uski umar ka khana do. Chocolate, pyaaz aur \
                masaledar khana kabhi nahi. Do-teen din mein pashu doctor ko dikha kar teeke pooch lo.
                """
            ],
            wrong: "{pet} ko chocolate aur pyaaz khilao, isse jaldi bada hota hai.",
            english: "Give it a quiet corner, clean water and food for its age, and see a vet within a few days."),
        Intent(
            "wake-early",
            ask: [
                "Subah {time} baje uthna hai, uth nahi paata", "{time} baje ka alarm bajta hai, phir so jaata hun",
                "Roz {time} baje uthne ki aadat kaise daalun?",
            ],
            slots: ["time": ["5", "6", "4:30", "5:30"]],
            good: [
                """
                Raat ko phone band karke pehle sona shuru karo, alarm door rakho taaki uthna pade. {time} baje \
                uthte hi batti jalao aur paani piyo. Har teen din mein 15 minute pehle karo, seedha {time} par \
                mat kudo.
                """
            ],
            wrong: "{time} baje uthne ke liye raat bhar jaage raho, phir uthne ki zaroorat hi nahi.",
            english:
                "Sleep earlier, keep the alarm far away, switch on the light and shift by 15 minutes every few days."),
    ]
}
